"""The whole house, for probes to try."""

from __future__ import annotations

from tests.web.conftest import browser, house

__all__ = ["browser", "house"]
