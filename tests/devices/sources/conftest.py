"""Harbor, somebody of its staff, and their laptop with an agent made of software."""

from __future__ import annotations

from tests.devices.laptops import agent, harbor, ida, laptop

__all__ = ["agent", "harbor", "ida", "laptop"]
