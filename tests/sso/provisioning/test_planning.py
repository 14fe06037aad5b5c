"""What is to be done at an app, and what is asked about first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sso.provisioning.rows import NOW, TODAY, WIKI, account, person

from limen.clock import DAY
from limen.facts import Person
from limen.pillars import pillars
from limen.sso.provisioning import store
from limen.sso.provisioning.model import NEVER, State, digest, wanted
from limen.sso.provisioning.planning import Lane, Planning
from limen.storage import Database

LEAVERS, OTHERS = Lane("wiki", is_leavers=True), Lane("wiki", is_leavers=False)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    pillars()
    opened = Database.open(where)
    yield opened
    opened.close()


def held(database: Database, number: int) -> None:
    user = wanted(person(number), WIKI, f"pa_{number}", TODAY)
    assert user is not None
    database.write(lambda t: store.add(t.connection, account(number, sent=digest(user))))


def planned(database: Database, *people: Person, now: int = NOW, changed: set[str] | None = None) -> set[Lane]:
    plan = Planning({one.id: one for one in people}, {"wiki": WIKI}, now, {}, TODAY)
    database.write(lambda t: plan.enqueue(t, changed))
    return database.write(plan.sort)


def states(database: Database) -> list[State]:
    return [one.state for one in database.read(lambda s: store.accounts(s.connection))]


def test_who_is_new_waits_for_an_account_and_who_is_not_to_have_one_does_not(database: Database) -> None:
    assert planned(database, person(1), person(2, "sales"), person(3, is_active=False)) == {OTHERS}
    (one,) = database.read(lambda s: store.accounts(s.connection))
    assert (one.person_id, one.state) == ("pe_1", State.WAITING)
    assert planned(database, person(1, "sales")) == set()
    assert states(database) == []


def test_nothing_is_due_where_all_is_as_it_should_be(database: Database) -> None:
    held(database, 1)
    assert planned(database, person(1)) == set()
    database.write(lambda t: store.look_again(t.connection, "pe_1"))
    assert planned(database, person(1), changed=set()) == set()
    assert database.read(lambda s: store.accounts(s.connection))[0].due_at == NEVER


def test_only_who_changed_is_looked_at(database: Database) -> None:
    held(database, 1)
    held(database, 2)
    assert planned(database, changed={"pe_2"}) == {LEAVERS}
    assert [one.due_at for one in database.read(lambda s: store.accounts(s.connection))] == [NEVER, NOW]


def test_any_number_of_leavers_goes_at_once(database: Database) -> None:
    for number in range(30):
        held(database, number)
    assert planned(database) == {LEAVERS}
    assert set(states(database)) == {State.LEAVING}


def test_many_who_stay_are_asked_about_and_those_of_the_day_count(database: Database) -> None:
    for number in range(20):
        held(database, number)
    stay = [person(number) for number in range(20)]
    five = [person(number, "sales") for number in range(5)]
    assert planned(database, *five, *stay[5:]) == {LEAVERS}
    assert states(database).count(State.LEAVING) == 5
    six = [person(number, "sales") for number in range(6)]
    assert planned(database, *six, *stay[6:]) == {LEAVERS}
    assert (states(database).count(State.LEAVING), states(database).count(State.ASKING)) == (5, 1)
    database.write(lambda t: store.set_state(t.connection, [f"pa_{n}" for n in range(5)], State.INACTIVE, NEVER))
    assert planned(database, *six, *stay[6:], now=NOW + DAY + 1) == set()
    assert states(database).count(State.ASKING) == 1


def test_accounts_that_were_taken_count_for_a_day_also_when_they_were_given_back(database: Database) -> None:
    for number in range(20):
        held(database, number)
    stay = [person(number) for number in range(20)]
    assert planned(database, *[person(number, "sales") for number in range(5)], *stay[5:]) == {LEAVERS}
    for number in range(5):  # given back, as `at_app.give` leaves them
        (leaving,) = database.read(lambda s, n=number: store.accounts(s.connection, people=[f"pe_{n}"]))  # type: ignore[misc]
        user = wanted(person(number), WIKI, leaving.id, TODAY)
        assert user is not None
        back = account(number, sent=digest(user), left_at=0)
        database.write(lambda t, one=back, was=leaving: store.keep(t.connection, one, was))  # type: ignore[misc]
    next_five = [person(number, "sales") for number in range(5, 10)]
    assert planned(database, *stay[:5], *next_five, *stay[10:]) == set()
    assert states(database).count(State.ASKING) == 5
    assert planned(database, *stay, now=NOW + DAY) == {OTHERS}


def test_an_app_that_is_left_alone_is_sent_leavers_alone(database: Database) -> None:
    held(database, 1)
    database.write(lambda t: store.set_app(t.connection, "wiki", quiet_until=NOW + 9))
    assert planned(database, person(2)) == {LEAVERS}
    assert planned(database, person(2), now=NOW + 9) == {LEAVERS, OTHERS}
