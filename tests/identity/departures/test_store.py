"""What is kept of departures: one open one of each person, and no name."""

from __future__ import annotations

from dataclasses import replace

from tests.storage.conftest import database

from limen.identity.departures import store
from limen.identity.departures.model import Closed, Departure, State, Surface, Why
from limen.storage import Database

ONE = Departure(id="dp_1", person="p_ben", why=Why.DEACTIVATED, at=1_000, by="p_ada", source="hr")
MOVE = replace(
    ONE, id="dp_9", why=Why.MOVED, groups_left=frozenset({"a", "b"}), groups_joined=frozenset({"c"}), closed_at=1_000
)

__all__ = ["database"]


def test_it_begins_with_what_ended_and_one_of_a_person_is_open(database: Database) -> None:
    database.write(lambda t: store.add(t.connection, ONE, [("sessions", 1), ("links", 2)]))
    held = database.read(lambda s: store.surfaces_of(s.connection, "dp_1", "dp_2"))
    assert [(one.name, one.ended, one.state) for one in held["dp_1"]] == [
        ("links", 2, State.OUTSTANDING),
        ("sessions", 1, State.OUTSTANDING),
    ]
    assert held["dp_2"] == []
    later = replace(ONE, id="dp_2", at=2_000)
    database.write(lambda t: store.add(t.connection, later, []))
    first = database.read(lambda s: store.by_id(s.connection, "dp_1"))
    assert first is not None
    assert (first.closed_at, first.closed) == (2_000, Closed.AGAIN)
    assert database.read(lambda s: store.still_open(s.connection)) == [later]
    assert database.read(lambda s: store.newest_of(s.connection, "p_ben")) == later
    assert [one.id for one in database.read(lambda s: store.all_of(s.connection))] == ["dp_2", "dp_1"]


def test_a_move_closes_no_departure_and_keeps_groups(database: Database) -> None:
    database.write(lambda t: store.add(t.connection, ONE, []))
    database.write(lambda t: store.add_move(t.connection, MOVE, [("grants", 2)]))
    assert database.read(lambda s: store.by_id(s.connection, "dp_9")) == MOVE
    assert database.read(lambda s: store.still_open(s.connection)) == [ONE]
    (said,) = database.read(lambda s: store.surfaces_of(s.connection, "dp_9"))["dp_9"]
    assert (said.name, said.ended, said.state) == ("grants", 2, State.PROVED)


def test_more_groups_than_there_is_room_for_are_cut_at_a_whole_one(database: Database) -> None:
    many = frozenset(f"group-{number:02}-{'x' * 50}" for number in range(60))
    database.write(lambda t: store.add_move(t.connection, replace(MOVE, groups_left=many), []))
    kept = database.read(lambda s: store.by_id(s.connection, "dp_9"))
    assert kept is not None
    assert kept.groups_left < many
    assert len(kept.groups_left) > 30


def test_it_is_alerted_once_and_closed_once(database: Database) -> None:
    database.write(lambda t: store.add(t.connection, ONE, []))
    assert [database.write(lambda t: store.alerted(t.connection, "dp_1", 5)) for _ in range(2)] == [True, False]
    how = {"departure_id": "dp_1", "by": "p_ada", "why": "the laptop is in the sea"}
    closed = [database.write(lambda t: store.close(t.connection, 9, Closed.ACCEPTED, **how)) for _ in range(2)]
    assert closed == [1, 0]
    kept = database.read(lambda s: store.by_id(s.connection, "dp_1"))
    assert kept is not None
    assert (kept.closed, kept.closed_by, kept.closed_why) == (Closed.ACCEPTED, "p_ada", how["why"])
    assert not database.write(lambda t: store.alerted(t.connection, "dp_1", 9))


def test_erasing_leaves_no_words_and_time_leaves_nothing(database: Database) -> None:
    database.write(lambda t: store.add(t.connection, ONE, [("links", 1)]))
    database.write(
        lambda t: store.close(t.connection, 9, Closed.ACCEPTED, departure_id="dp_1", why="Ben's laptop is lost")
    )
    database.write(lambda t: store.forget_words(t.connection, "p_ben"))
    kept = database.read(lambda s: store.by_id(s.connection, "dp_1"))
    assert kept is not None
    assert kept.closed_why == ""
    assert [database.write(lambda t, b=before: store.forget(t.connection, b)) for before in (9, 10)] == [0, 1]  # type: ignore[misc]
    assert database.read(lambda s: store.surfaces_of(s.connection, "dp_1")) == {"dp_1": []}


def test_an_answer_replaces_the_one_before(database: Database) -> None:
    database.write(lambda t: store.add(t.connection, ONE, [("links", 1)]))
    said = Surface(departure="dp_1", name="links", state=State.PROVED, ended=1, said="x" * 900)
    database.write(lambda t: store.put(t.connection, [said]))
    (kept,) = database.read(lambda s: store.surfaces_of(s.connection, "dp_1"))["dp_1"]
    assert (kept.state, len(kept.said)) == (State.PROVED, store.LONGEST_SAID)
