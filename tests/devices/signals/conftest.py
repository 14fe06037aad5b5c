"""Harbor with sources of signals, somebody of its staff, and their laptop."""

from __future__ import annotations

from tests.devices.signals.sensors import agent, harbor, ida, laptop

__all__ = ["agent", "harbor", "ida", "laptop"]
