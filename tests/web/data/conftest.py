"""Harbor with recovery keys, and who may open sealed files."""

from __future__ import annotations

from tests.web.data.sealed import harbor, ida

__all__ = ["harbor", "ida"]
