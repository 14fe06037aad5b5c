"""Harbor and a real slapd; and what all parts declare."""

from __future__ import annotations

import pytest
from tests.access.membership.at_slapd import office, there

from limen.pillars import pillars

__all__ = ["office", "there"]


@pytest.fixture(autouse=True)
def _declared() -> None:
    pillars()
