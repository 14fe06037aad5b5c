"""What a part writes with an event is there if, and only if, the event is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.events import Event
from limen.storage import Database, Transaction
from limen.storage.database import edit_copy
from limen.storage.written_with import WRITTEN_WITH, Beside, WrittenWith

NOW = 1_764_000_000_000
KIND = "person.changed"


@pytest.fixture
def written() -> Iterator[list[str]]:
    """The IDs of events that a part was called with, and what came beside them."""
    seen: list[str] = []

    def write(transaction: Transaction, event: Event, beside: Beside) -> None:
        seen.extend([event.id, *beside.get("left", ())])
        transaction.changed("person", event.subject)

    before = WRITTEN_WITH.parts
    WRITTEN_WITH.compose({**before, "tried": {"tried": WrittenWith(frozenset({KIND}), write)}})
    yield seen
    WRITTEN_WITH.compose(before)


def test_it_is_written_in_the_same_transaction_or_not_at_all(tmp_path: Path, written: list[str]) -> None:
    database = Database.open(tmp_path / "limen.db")

    def say(transaction: Transaction) -> str:
        return transaction.say(Event(at=NOW, kind=KIND, subject="pe_1")).id

    def say_and_fail(transaction: Transaction) -> None:
        say(transaction)
        raise ValueError

    try:
        said = database.write(say)
        assert (written, database.read(lambda s: s.seq)) == ([said], 1)
        database.write(lambda t: t.say(Event(at=NOW, kind="limen.stopped")))
        assert written == [said]
        beside = {"left": frozenset({"staff"})}
        with_more = database.write(lambda t: t.say(Event(at=NOW, kind=KIND, subject="pe_1"), beside))
        assert (written[1:], with_more.details) == ([with_more.id, "staff"], {})
        with pytest.raises(ValueError):
            database.write(say_and_fail)
        assert (len(written), database.read(lambda s: s.seq)) == (4, 2)
    finally:
        database.close()


def test_nothing_is_written_into_a_copy_that_may_be_older(tmp_path: Path, written: list[str]) -> None:
    Database.open(tmp_path / "limen.db").close()
    edit_copy(tmp_path / "limen.db", lambda t: t.say(Event(at=NOW, kind=KIND, subject="pe_1")))
    assert written == []
