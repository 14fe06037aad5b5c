"""Harbor with recovery keys, and who may open sealed files; Ada, who administers it."""

from __future__ import annotations

from tests.web.data.sealed import harbor, ida
from tests.web.data.stores_found import ada

__all__ = ["ada", "harbor", "ida"]
