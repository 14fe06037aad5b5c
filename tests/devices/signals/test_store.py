from __future__ import annotations

from pathlib import Path

import pytest
from tests.devices.seen import NOW
from tests.devices.signals.test_model import signal

from limen.devices.signals import store
from limen.devices.signals.model import End, Level
from limen.storage import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "limen.db")


def test_a_signal_comes_back_as_it_was_kept(database: Database) -> None:
    one = signal(Level.HIGH)
    database.write(lambda t: store.keep(t.connection, one, "p"))
    assert database.read(lambda s: store.by_id(s.connection, "sg")) == one
    assert database.read(lambda s: store.of_device(s.connection, "d")) == (one,)
    database.write(lambda t: store.end(t.connection, "sg", NOW + 1, End.WITHDRAWN, "p_ada"))
    (ended,) = database.read(lambda s: store.every(s.connection))
    assert (ended.ended_at, ended.ended_why, ended.ended_by) == (NOW + 1, "withdrawn", "p_ada")
    assert database.write(lambda t: store.forget_ended(t.connection, NOW + 1)) == []
    assert database.write(lambda t: store.forget_ended(t.connection, NOW + 2)) == ["d"]
    database.close()


def test_a_message_is_the_first_once_and_again_after_it_was_forgotten(database: Database) -> None:
    def first() -> bool:
        return database.write(lambda t: store.is_first(t.connection, b"d" * 32, NOW + 5))

    assert (first(), first()) == (True, False)
    database.write(lambda t: store.forget_messages(t.connection, NOW + 4))
    assert first() is False
    database.write(lambda t: store.forget_messages(t.connection, NOW + 5))
    assert first() is True
    database.close()


def test_a_source_keeps_its_secret_when_it_is_heard(database: Database) -> None:
    assert database.read(lambda s: store.source(s.connection, "edr")) == store.SourceRow("edr")
    database.write(lambda t: store.keep_secret(t.connection, "edr", b"sealed", NOW))
    database.write(lambda t: store.heard(t.connection, "edr", NOW + 1))
    database.write(lambda t: store.keep_secret(t.connection, "edr", b"another", NOW + 2))
    (row,) = database.read(lambda s: store.sources(s.connection))
    assert (row.sealed, row.made_at, row.heard_at, "another" in repr(row)) == (b"another", NOW + 2, NOW + 1, False)
    database.close()
