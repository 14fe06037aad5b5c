"""What people decide makes Limen look away for a while: with a reason, an end, and never about themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import DAY
from limen.errors import LimenError
from limen.identity import account_decisions
from limen.identity.account_decisions import KEPT, LONGEST, decide, end, forget
from limen.identity.model import AccountDecision, Choice
from limen.identity.store import account_decisions as store
from limen.storage import Database

NOW = 1_800_000_000_000
ONE = AccountDecision(
    "uf_1", "two-accounts", "p_ada", "p_ben", Choice.ONE_PERSON, NOW + 90 * DAY, "Two jobs", "p_root", NOW
)


@pytest.fixture
def database(where: str) -> Database:
    return Database.open(where)


def kept(database: Database) -> list[AccountDecision]:
    return database.read(lambda snapshot: store.every(snapshot.connection))


def test_it_holds_until_its_end_and_can_be_taken_back(database: Database) -> None:
    database.write(lambda t: decide(t, ONE, NOW))
    assert [one.counts(NOW) for one in kept(database)] == [True]
    assert not kept(database)[0].counts(NOW + 90 * DAY)
    other = replace(ONE, choice=Choice.KEEP, why="Other")
    database.write(lambda t: decide(t, other, NOW))
    assert [one.why for one in kept(database)] == ["Other"]
    database.write(lambda t: end(t, "uf_1", NOW + 5, by="p_root"))
    assert not kept(database)[0].counts(NOW + 5)
    with pytest.raises(LimenError):
        database.write(lambda t: end(t, "uf_1", NOW + 6, by="p_root"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": " "},
        {"until": NOW},
        {"until": NOW + LONGEST[Choice.ONE_PERSON] + 1},
        {"choice": Choice.SEPARATE, "until": NOW + 31 * DAY},
        {"decided_by": "p_ada"},
        {"decided_by": "p_ben"},
    ],
)
def test_what_is_too_much_is_refused(database: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: decide(t, replace(ONE, **wrong), NOW))
    assert kept(database) == []


def test_no_more_than_can_be_looked_after(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_decisions, "MOST", 1)
    database.write(lambda t: decide(t, ONE, NOW))
    with pytest.raises(LimenError):
        database.write(lambda t: decide(t, replace(ONE, finding_id="uf_2"), NOW))


def test_it_is_forgotten_a_year_after_its_end(database: Database) -> None:
    database.write(lambda t: decide(t, ONE, NOW))
    assert database.write(lambda t: forget(t, ONE.until + KEPT)) == 0
    assert database.write(lambda t: forget(t, ONE.until + KEPT + 1)) == 1
