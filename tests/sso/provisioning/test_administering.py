"""What administrators decide about accounts at apps, and what can't be decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.sso.provisioning.rows import NOW, TODAY, WIKI, account, person

from limen.errors import LimenError
from limen.pillars import pillars
from limen.sso.provisioning import administering, store
from limen.sso.provisioning.model import State
from limen.sso.provisioning.store import Difference, DifferenceKind
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    pillars()
    opened = Database.open(where)
    found = [
        Difference(app="wiki", kind=DifferenceKind.STRANGER, remote_id="r9", user_name="p9"),
        Difference(app="wiki", kind=DifferenceKind.OFF, remote_id="r1", account_id="pa_1"),
    ]
    opened.write(lambda t: store.replace_differences(t.connection, "wiki", found))
    opened.write(lambda t: store.add(t.connection, account(1, sent="x")))
    yield opened
    opened.close()


LATER = replace(person(9), first_day="2026-11-25")


def every(database: Database) -> dict[str, tuple[str, State]]:
    held = database.read(lambda s: store.accounts(s.connection))
    return {one.person_id if not one.is_nobodys else "": (one.remote_id, one.state) for one in held}


def test_an_account_of_nobody_becomes_somebodys_or_goes(database: Database) -> None:
    database.write(lambda t: administering.link(t, "wiki", WIKI, "r9", person(9), NOW, by="pe_ada", today=TODAY))
    assert every(database)["pe_9"] == ("r9", State.CREATING)
    with pytest.raises(LimenError):
        database.write(lambda t: administering.link(t, "wiki", WIKI, "r9", person(8), NOW, by="pe_ada", today=TODAY))
    with pytest.raises(LimenError):
        database.write(lambda t: administering.deactivate(t, "wiki", "r9", NOW, by="pe_ada"))


def test_an_account_of_nobody_is_deactivated_by_its_id_alone(database: Database) -> None:
    database.write(lambda t: administering.deactivate(t, "wiki", "r9", NOW, by="pe_ada"))
    assert every(database)[""] == ("r9", State.LEAVING)


@pytest.mark.parametrize("whose", [person(9, "sales"), person(9, is_active=False), person(1), LATER])
def test_who_is_to_have_none_or_has_another_gets_none(database: Database, whose: object) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: administering.link(t, "wiki", WIKI, "r9", whose, NOW, by="", today=TODAY))  # type: ignore[arg-type]
    assert set(every(database)) == {"pe_1"}


@pytest.mark.parametrize("remote_id", ["r1", "r404", ""])
def test_only_accounts_that_were_found_to_be_nobodys_go(database: Database, remote_id: str) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: administering.deactivate(t, "wiki", remote_id, NOW, by=""))


def test_who_was_taken_out_there_is_put_back_by_a_word(database: Database) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: administering.reactivate(t, "wiki", "r9", NOW, by=""))
    database.write(lambda t: administering.reactivate(t, "wiki", "r1", NOW, by=""))
    (one,) = database.read(lambda s: store.accounts(s.connection))
    assert (one.sent, one.due_at) == ("", NOW)


def test_what_was_stopped_goes_on_once(database: Database) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: administering.go_on(t, "wiki", NOW, by=""))
    database.write(lambda t: store.set_state(t.connection, ["pa_1"], State.ASKING, NOW))
    database.write(lambda t: store.set_app(t.connection, "wiki", stopped=7))
    with pytest.raises(LimenError):  # whoever answers saw fewer
        database.write(lambda t: administering.go_on(t, "wiki", NOW, by="", seen="3"))
    assert database.write(lambda t: administering.go_on(t, "wiki", NOW, by="", seen="8")) == 8
    state = database.read(lambda s: store.app_states(s.connection))["wiki"]
    assert (every(database)["pe_1"][1], state.may_go_on, state.tried_at) == (State.LEAVING, True, 0)
