"""Stating, taking back, and being contradicted, over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select
from tests.roadmap.network.houses import evidence
from tests.roadmap.test_areas import company_of

from limen.clock import DAY
from limen.errors import LimenError
from limen.events import Event
from limen.network.clouds.model import CloudReading
from limen.roadmap import store
from limen.roadmap.statements import Statement
from limen.roadmap.stating import end_contradicted, state, take_back
from limen.storage import Database
from limen.storage.tables import outbox

NOW = 1_800_000_000_000
WHY = "the bill of each month shows it "


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def make(database: Database, area: str = "cloud", subject: str = "", lasts: int = 90 * DAY, at: int = NOW) -> Statement:
    return database.write(lambda t: state(t, area, subject, why=WHY, lasts=lasts, now=at, by="p_ada"))


def kept(database: Database) -> list[Statement]:
    return database.read(lambda s: store.statements(s.connection))


def said(database: Database) -> list[tuple[str, str]]:
    rows = database.read(lambda s: s.connection.execute(select(outbox.c.event)).scalars().all())
    events = [msgspec.json.decode(row, type=Event) for row in rows]
    assert not [one for one in events if "d_ben" in str(one.details)]
    return [(one.kind.removeprefix("roadmap."), one.actor) for one in events]


def test_it_is_kept_and_journaled_with_whoever_did_it_and_without_its_device(database: Database) -> None:
    one = make(database, "recovery_key", "d_ben")
    assert (kept(database), one.why, one.until) == ([one], WHY.strip(), NOW + 90 * DAY)
    with pytest.raises(LimenError):
        make(database, "recovery_key", "d_ben")
    database.write(lambda t: take_back(t, one.id, now=NOW + 1, by="p_eve"))
    with pytest.raises(LimenError):
        database.write(lambda t: take_back(t, one.id, now=NOW + 2, by="p_eve"))
    make(database, "recovery_key", "d_ben", at=NOW + 3)
    assert said(database) == [("stated", "p_ada"), ("statement_ended", "p_eve"), ("stated", "p_ada")]


@pytest.mark.parametrize(
    ("area", "subject", "lasts"),
    [
        ("banks", "", DAY),
        ("cloud", "d_ben", DAY),
        ("recovery_key", "", DAY),
        ("recovery_key", "x" * 201, DAY),
        ("cloud", "", 366 * DAY),
        ("cloud", "", 0),
    ],
)
def test_what_is_unfit_changes_nothing(database: Database, area: str, subject: str, lasts: int) -> None:
    with pytest.raises(LimenError):
        make(database, area, subject, lasts)
    assert (kept(database), said(database)) == ([], [])


def test_what_a_source_saw_once_ends_it_for_good(database: Database) -> None:
    make(database)
    seen = replace(evidence(clouds=(CloudReading("prod", "aws", NOW),)), at=NOW + 1, company=company_of())
    seen = replace(seen, statements=tuple(kept(database)))
    for at in (NOW + 1, NOW + 2):
        database.write(lambda t, at=at: end_contradicted(t, seen, at))
    (one,) = kept(database)
    assert (one.contradicted_at, bool(one.contradicted_by), one.counts(NOW + 3)) == (NOW + 1, True, False)
    assert said(database) == [("stated", "p_ada"), ("statement_contradicted", "")]
    assert not database.write(lambda t: store.end_statement(t.connection, one.id, NOW + 3))
    make(database, at=NOW + 4)
