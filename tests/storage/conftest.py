from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    database = Database.open(where)
    yield database
    database.close()
