from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.pillars import pillars
from limen.storage import Database, Keyring


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    pillars()
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


@pytest.fixture
def keyring(database: Database) -> Keyring:
    return Keyring.open(database, b"m" * 32)
