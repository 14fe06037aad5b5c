"""Harbor, for those of the tests that need no router."""

from __future__ import annotations

from tests.network.doors.at_harbor import harbor, ida

__all__ = ["harbor", "ida"]
