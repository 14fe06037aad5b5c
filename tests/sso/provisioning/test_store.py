"""Accounts at apps in the database, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.sso.provisioning.rows import NOW, account

from limen.sso.provisioning import store
from limen.sso.provisioning.model import NEVER, HeldAccount, State
from limen.sso.provisioning.store import Difference, DifferenceKind
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def kept(database: Database, *several: HeldAccount) -> None:
    database.write(lambda t: [store.add(t.connection, one) for one in several])


def every(database: Database) -> list[HeldAccount]:
    return database.read(lambda s: store.accounts(s.connection))


def test_an_account_is_kept_as_it_is_and_nobody_has_two_at_an_app(database: Database) -> None:
    one = account(1, user_name="p1@x", version='W/"1"', sent="d", ignored="emails", left_at=1, off_at=2, error="x")
    kept(database, one)
    assert every(database) == [one]
    assert database.write(lambda t: store.add(t.connection, replace(one, id="pa_9"))) is False
    assert database.read(lambda s: store.with_remote_id(s.connection, "wiki", "r1")) == one
    assert database.read(lambda s: store.account(s.connection, "pa_2")) is None


def test_what_is_claimed_is_nobody_elses_and_stays_due_where_it_became_so_meanwhile(database: Database) -> None:
    kept(database, account(1, due_at=0), account(2, due_at=NOW))
    due = database.read(lambda s: store.accounts(s.connection, due_at=NOW))
    claimed = [database.write(lambda t, one=one: store.claim(t.connection, one, NOW, NOW + 9)) for one in due]
    assert [one.id for one in claimed if one] == ["pa_1", "pa_2"]
    assert database.write(lambda t: store.claim(t.connection, due[0], NOW, NOW + 9)) is None
    database.write(lambda t: store.end(t.connection, "pe_1", NOW))
    assert database.read(lambda s: store.accounts(s.connection, due_at=NOW)) == []
    for one in claimed:
        assert one is not None
        done = replace(one, state=State.ACTIVE, due_at=NEVER, left_at=0)
        database.write(lambda t, one=one, done=done: store.keep(t.connection, done, one))
    first, second = every(database)
    assert (first.due_at, first.left_at, second.due_at) == (0, NOW, NEVER)
    assert [one.id for one in database.read(lambda s: store.accounts(s.connection, due_at=NOW))] == ["pa_1"]


def test_leaving_makes_due_what_may_be_open_and_erasing_forgets_whose_it_was(database: Database) -> None:
    states = (State.WAITING, State.CREATING, State.ACTIVE, State.INACTIVE)
    held = [account(number, state, person_id="pe_1", app=f"app{number}") for number, state in enumerate(states)]
    kept(database, *held)
    assert database.write(lambda t: store.end(t.connection, "pe_1", NOW)) == 2
    assert [(one.state, one.left_at, one.due_at) for one in every(database)] == [
        (State.WAITING, 0, 0),
        (State.LEAVING, NOW, 0),
        (State.LEAVING, NOW, 0),
        (State.INACTIVE, 0, NEVER),
    ]
    database.write(lambda t: store.erase(t.connection, "pe_1", NOW))
    assert [(one.id, one.person_id, one.user_name) for one in every(database)] == [
        ("pa_1", "pa_1", ""),
        ("pa_2", "pa_2", ""),
    ]


def test_differences_are_those_of_the_last_time_and_erased_with_an_address(database: Database) -> None:
    def found(kind: DifferenceKind, name: str) -> Difference:
        return Difference(app="wiki", kind=kind, remote_id=name, user_name=f"{name}@X.example", found_at=NOW)

    several = [found(DifferenceKind.CHANGED, "a"), found(DifferenceKind.STRANGER, "b"), found(DifferenceKind.BACK, "c")]
    database.write(lambda t: store.replace_differences(t.connection, "wiki", several))
    assert [one.remote_id for one in database.read(lambda s: store.differences(s.connection))] == ["c", "b", "a"]
    database.write(lambda t: store.erase_address(t.connection, "B@x.example"))
    database.write(lambda t: store.drop_difference(t.connection, "wiki", "a"))
    assert database.read(lambda s: store.differences(s.connection, "wiki")) == several[2:]


def test_what_is_known_of_an_app_and_when_something_is_due(database: Database) -> None:
    kept(database, account(1, due_at=NOW + 5), account(2, due_at=NOW + 3, app="other"))
    database.write(lambda t: store.set_app(t.connection, "wiki", quiet_until=NOW + 4, trouble="slow", troubles=1))
    state = database.read(lambda s: store.app_states(s.connection))["wiki"]
    assert (state.quiet_until, state.trouble, state.may_go_on, state.has_secret) == (NOW + 4, "slow", False, False)

    def due(now: int) -> tuple[bool, int]:
        return database.read(
            lambda s: (store.is_due(s.connection, ["wiki"], now), store.next_due(s.connection, ["wiki"], now))
        )

    assert [due(NOW), due(NOW + 4), due(NOW + 5)] == [(False, NOW + 4), (False, NOW + 5), (True, NEVER)]
    assert database.write(lambda t: store.compare_every_app(t.connection)) == 1
    database.write(lambda t: store.forget_app(t.connection, "wiki"))
    assert [one.app for one in every(database)] == ["other"]


def test_what_failed_is_tried_anew_and_what_is_gone_is_made_anew(database: Database) -> None:
    kept(database, account(1, error="x", failures=7), account(2), account(3, due_at=NOW - 1, error="x"))
    database.write(lambda t: store.make_due(t.connection, NOW, app="wiki"))
    assert [(one.due_at, one.failures) for one in every(database)] == [(NOW, 0), (NEVER, 0), (NOW - 1, 0)]
    database.write(lambda t: store.begin_anew(t.connection, ["pa_2"], NOW))
    database.write(lambda t: store.send_again(t.connection, ["pa_1"], NOW))
    database.write(lambda t: store.set_leaving(t.connection, ["pa_3"], NOW, stay=True))
    database.write(lambda t: store.link(t.connection, account(1), "r9"))
    first, second, third = every(database)
    assert (first.remote_id, first.state) == ("r9", State.CREATING)
    assert (second.remote_id, second.state) == ("", State.WAITING)
    assert (third.left_at, third.state) == (NOW, State.LEAVING)
