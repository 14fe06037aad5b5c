"""What is kept of what is to be told, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sso.shared_signals.rows import NOW, due, noted

from limen.sso.shared_signals import outbox_store
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_what_happened_is_read_in_its_order_and_forgotten(database: Database) -> None:
    one, two = noted(groups=("staff",), apps=("wiki",)), noted("", event={"a": 1})
    database.write(lambda t: outbox_store.note(t.connection, [one, two]))
    database.write(lambda t: outbox_store.note(t.connection, []))
    found = database.read(lambda s: outbox_store.noted(s.connection, 10))
    assert [each.noted for each in found] == [one, two]
    assert database.read(lambda s: outbox_store.noted_about(s.connection, "pe_1")) == 1
    database.write(lambda t: outbox_store.forget_noted(t.connection, [each.seq for each in found]))
    assert not database.read(lambda s: outbox_store.is_anything_noted(s.connection))


def test_a_stream_gets_its_own_in_order_once(database: Database) -> None:
    database.write(lambda t: outbox_store.enqueue(t.connection, [due(1), due(2, "sg_2"), due(3), due(4)]))
    assert [one.jti for one in database.read(lambda s: outbox_store.due(s.connection, "sg_1", 2))] == ["j_1", "j_3"]
    assert database.write(lambda t: outbox_store.taken(t.connection, "sg_1", ["j_1", "j_2", "j_9"])) == ["j_1"]
    assert database.read(lambda s: outbox_store.waiting(s.connection)) == {"sg_1": (2, NOW), "sg_2": (1, NOW)}
    assert database.read(lambda s: outbox_store.waiting_about(s.connection, "pe_1")) == {"sg_1": 2, "sg_2": 1}
    assert database.write(lambda t: outbox_store.drop_of(t.connection, "sg_1")) == 2
    assert not database.read(lambda s: outbox_store.is_anything_due(s.connection, "sg_1"))


def test_what_is_too_old_is_dropped_and_counted(database: Database) -> None:
    several = [due(1, at=NOW - 10), due(2, at=NOW - 9), due(3), due(4, "sg_2", at=NOW - 10)]
    database.write(lambda t: outbox_store.enqueue(t.connection, several))
    assert database.write(lambda t: outbox_store.drop_older(t.connection, NOW)) == {"sg_1": 2, "sg_2": 1}
    assert database.write(lambda t: outbox_store.drop_older(t.connection, NOW)) == {}


def test_an_erased_person_is_named_by_no_id_and_told_of_all_the_same(database: Database) -> None:
    database.write(lambda t: outbox_store.note(t.connection, [noted()]))
    database.write(lambda t: outbox_store.enqueue(t.connection, [due(1)]))
    database.write(lambda t: outbox_store.erase(t.connection, "pe_1"))
    assert database.read(lambda s: outbox_store.noted_about(s.connection, "pe_1")) == 0
    assert database.read(lambda s: outbox_store.waiting_about(s.connection, "pe_1")) == {}
    assert [one.person_id for one in database.read(lambda s: outbox_store.due(s.connection, "sg_1", 9))] == [""]
    database.write(lambda t: outbox_store.note(t.connection, [noted("pe_2")]))
    database.write(lambda t: outbox_store.drop_about(t.connection, "pe_2"))
    assert database.read(lambda s: outbox_store.noted_about(s.connection, "pe_2")) == 0
    assert database.read(lambda s: outbox_store.person_as_told(s.connection, "pe_1")) == ("", ())
    assert database.read(lambda s: outbox_store.apps_of(s.connection, "pe_1")) == ()
