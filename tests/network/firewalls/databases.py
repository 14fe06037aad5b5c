"""A database of its own for tests of what firewalls keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.pillars import pillars
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    pillars()
    opened = Database.open(where)
    yield opened
    opened.close()
