"""The whole product over Harbor's folder, for what runs in the server."""

from __future__ import annotations

from tests.web.conftest import house

__all__ = ["house"]
