from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limen.clock import SetClock
from limen.storage.journal import Journal

KEYS = (b"k" * 32,)
NOW = 1_800_000_000_000


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def opened(tmp_path: Path, clock: SetClock) -> Iterator[Callable[..., Journal]]:
    """Opens journals in one folder; closes them after the test."""
    journals: list[Journal] = []

    def open_journal(**settings: object) -> Journal:
        journal = Journal.open(tmp_path / "journal", KEYS, clock=clock, **settings)
        journals.append(journal)
        return journal

    yield open_journal
    for journal in journals:
        journal.close()
