"""What is kept of streams, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.sso.shared_signals.rows import NOW, stream, with_streams

from limen.sso.shared_signals import store
from limen.sso.shared_signals.store import Status
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_a_stream_is_kept_as_it_is(database: Database) -> None:
    one = stream(endpoint="https://a.example/?key=hush", description="Ours", error="e" * 300)
    with_streams(database, one, stream("sg_2", receiver="crm", made_at=NOW + 1))
    assert database.read(lambda s: store.stream(s.connection, "sg_1")) == one
    assert one.place == "https://a.example/"
    changed = replace(one, status=Status.PAUSED, failures=3)
    database.write(lambda t: store.keep(t.connection, changed))
    assert [each.id for each in database.read(lambda s: store.streams(s.connection))] == ["sg_1", "sg_2"]
    assert database.read(lambda s: store.streams(s.connection, "watch")) == [changed]
    database.write(lambda t: store.drop(t.connection, "sg_1"))
    assert database.read(lambda s: store.stream(s.connection, "sg_1")) is None


def test_somebody_is_told_while_a_stream_is_not_disabled(database: Database) -> None:
    def is_told() -> bool:
        return database.read(lambda s: store.is_anybody_told(s.connection))

    assert not is_told()
    with_streams(database, stream(status=Status.DISABLED))
    assert not is_told()
    database.write(lambda t: store.change(t.connection, "sg_1", status="paused"))
    assert is_told()


def test_one_alone_pushes_a_stream_until_it_is_taken_to_be_gone(database: Database) -> None:
    with_streams(database, stream())

    def claim(now: int) -> bool:
        return database.write(lambda t: store.claim(t.connection, "sg_1", now, now + 10))

    assert [claim(NOW), claim(NOW + 9), claim(NOW + 10)] == [True, False, True]


def test_whom_a_stream_leaves_out_is_forgotten_with_it(database: Database) -> None:
    with_streams(database, stream())
    for _ in range(2):
        database.write(lambda t: store.leave_out(t.connection, "sg_1", "pe_1"))
    assert database.read(lambda s: store.left_out(s.connection, ["pe_1", "pe_2"])) == {("sg_1", "pe_1")}
    assert database.read(lambda s: store.count_left_out(s.connection, "sg_1")) == 1
    database.write(lambda t: store.include(t.connection, "sg_1", "pe_1"))
    assert database.read(lambda s: store.left_out(s.connection, ["pe_1"])) == set()
    database.write(lambda t: store.leave_out(t.connection, "sg_1", "pe_1"))
    database.write(lambda t: store.drop(t.connection, "sg_1"))
    assert database.read(lambda s: store.count_left_out(s.connection, "sg_1")) == 0


def test_a_header_is_kept_sealed_beside_the_stream(database: Database) -> None:
    with_streams(database, stream())
    database.write(lambda t: store.set_sealed(t.connection, "sg_1", b"sealed"))
    database.write(lambda t: store.keep(t.connection, stream(description="Other")))
    assert database.read(lambda s: store.sealed_of(s.connection, "sg_1")) == b"sealed"
