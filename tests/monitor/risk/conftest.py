"""Harbor, watched over, with its administrator, somebody of its staff, and their laptop."""

from __future__ import annotations

from tests.monitor.over_harbor import ada, agent, harbor, ida, laptop

__all__ = ["ada", "agent", "harbor", "ida", "laptop"]
