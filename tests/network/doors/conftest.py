"""Harbor with doors in its firewall, and Ida of its staff."""

from __future__ import annotations

from tests.network.doors.at_harbor import harbor, ida

__all__ = ["harbor", "ida"]
