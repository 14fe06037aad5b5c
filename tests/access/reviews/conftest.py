"""Harbor, with reviews that are begun by hand."""

from __future__ import annotations

import pytest
from tests.access.at_harbor import farid, harbor, oscar

from limen.pillars import pillars

__all__ = ["farid", "harbor", "oscar"]


@pytest.fixture(autouse=True)
def _declared() -> None:
    pillars()
