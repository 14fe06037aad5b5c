"""Harbor, watched."""

from __future__ import annotations

from tests.monitor.houses import ada, harbor

__all__ = ["ada", "harbor"]
