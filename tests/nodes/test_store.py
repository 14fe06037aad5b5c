from __future__ import annotations

from pathlib import Path

from limen.credentials import Cause, Ending
from limen.identity.store import erasure
from limen.nodes import store
from limen.nodes.model import Node
from limen.storage import Database

A = Node("a", "10.0.0.1:8446", "d1")


def test_nodes_are_added_changed_and_removed(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: store.add(t.connection, A, 5))
    assert database.write(lambda t: store.note_key(t.connection, A, "k1"))
    assert database.read(lambda s: store.all_nodes(s.connection)) == [Node("a", A.address, "d1", "k1", 5)]
    database.write(lambda t: store.add(t.connection, Node("a", A.address, "d2"), 6))
    assert not database.write(lambda t: store.note_key(t.connection, A, "k2"))  # another disk has this name now
    assert database.write(lambda t: store.remove(t.connection, "a"))
    assert not database.write(lambda t: store.remove(t.connection, "a"))
    database.close()


def test_a_restore_ends_all_nodes(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: store.add(t.connection, A, 5))
    ending = Ending(cause=Cause.RESTORED, now=7)
    assert database.write(lambda t: store.end_at_restore(t, ending)) == 1
    assert database.read(lambda s: store.all_nodes(s.connection)) == []
    database.close()


def test_who_was_erased_lately(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    for person, at in (("p1", 5), ("p2", 9)):
        database.write(
            lambda t, person=person, at=at: t.connection.execute(
                erasure.erased_people.insert().values(person_id=person, at=at)
            )
        )
    assert database.read(lambda s: store.erased_people(s.connection, 6)) == {"p2": 9}
    database.close()
