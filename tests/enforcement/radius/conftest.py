"""Harbor with networks that ask by RADIUS."""

from __future__ import annotations

from tests.enforcement.radius.networks import harbor

__all__ = ["harbor"]
