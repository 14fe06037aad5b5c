"""A decision makes the detection quiet about one person for a while, and taking it back makes it tell again."""

from __future__ import annotations

import pytest

from limen.clock import DAY
from limen.company.unique_identities.deciding import CHOICES, decide, reopen
from limen.company.unique_identities.model import Account, Finding, Kind, Strength
from limen.errors import LimenError
from limen.identity.model import Choice
from limen.identity.store import account_decisions
from limen.monitor.alerts import store as alerts
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT
from limen.pillars import pillars
from limen.storage import Database

NOW = 1_800_000_000_000
SHARED = Finding(Kind.SHARED_USE, Strength.STRONG, (Account("p_ada", "Ada"),), ())


@pytest.fixture
def database(where: str) -> Database:
    pillars()  # their kinds of events are declared
    return Database.open(where)


def quiet(database: Database) -> list[tuple[str, str]]:
    live = database.read(lambda s: alerts.live_suppressions(s.connection, NOW + 1))
    return [(one.rule, one.entity) for one in live]


def test_one_person_after_all_is_quiet_until_it_is_taken_back(database: Database) -> None:
    kept = database.write(lambda t: decide(t, SHARED, Choice.ONE_PERSON, 90, "Terminal server", NOW, by="p_root"))
    assert (kept.person_id, kept.until) == ("p_ada", NOW + 90 * DAY)
    assert quiet(database) == [(ABOUT.id, "person:p_ada")]
    database.write(lambda t: decide(t, SHARED, Choice.ONE_PERSON, 30, "Again", NOW, by="p_root"))
    assert len(quiet(database)) == 1
    database.write(lambda t: reopen(t, SHARED.id, NOW + 1, by="p_root"))
    assert quiet(database) == []


def test_another_decision_leaves_the_detection_awake(database: Database) -> None:
    database.write(lambda t: decide(t, SHARED, Choice.SEPARATE, 30, "Ben gets one", NOW, by="p_root"))
    assert quiet(database) == []
    database.write(lambda t: reopen(t, SHARED.id, NOW + 1, by="p_root"))


def test_what_does_not_fit_or_is_about_oneself_is_refused_and_nothing_is_kept(database: Database) -> None:
    for choice, by in ((Choice.KEEP, "p_root"), ("other", "p_root"), (Choice.ONE_PERSON, "p_ada")):
        with pytest.raises(LimenError):
            database.write(lambda t, choice=choice, by=by: decide(t, SHARED, choice, 30, "why", NOW, by=by))
    assert database.read(lambda s: account_decisions.every(s.connection)) == []
    assert quiet(database) == []


def test_every_kind_can_be_decided_about() -> None:
    assert set(CHOICES) == set(Kind)
    assert all(CHOICES.values())
