"""Harbor with its sealing keys."""

from __future__ import annotations

from tests.data.sealing.company import harbor

__all__ = ["harbor"]
