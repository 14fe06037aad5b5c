"""Deciding an exception and taking it back, over a real database."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import select

from limen.clock import DAY
from limen.errors import LimenError
from limen.events import Event
from limen.roadmap import store
from limen.roadmap.deciding import end_exception, except_row
from limen.roadmap.exceptions import RoadmapException
from limen.storage import Database
from limen.storage.tables import outbox

NOW = 1_800_000_000_000


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def decide(database: Database, control: str = "I2", row: str = "p_ben", lasts: int = DAY) -> RoadmapException:
    return database.write(
        lambda t: except_row(
            t,
            control,
            row,
            why="on parental leave ",
            compensation="the account is disabled",
            lasts=lasts,
            now=NOW,
            by="p_ada",
        )
    )


def said(database: Database) -> list[tuple[str, str, object]]:
    rows = database.read(lambda s: s.connection.execute(select(outbox.c.event)).scalars().all())
    events = [msgspec.json.decode(row, type=Event) for row in rows]
    return [(one.kind, one.actor, one.details["exception"]) for one in events]


def test_it_is_kept_and_journaled_with_whoever_did_it(database: Database) -> None:
    kept = decide(database)
    assert database.read(lambda s: store.exceptions(s.connection)) == [kept]
    assert (kept.why, kept.until, kept.decided_by) == ("on parental leave", NOW + DAY, "p_ada")
    ended = database.write(lambda t: end_exception(t, kept.id, now=NOW + 1, by="p_eve"))
    assert ended.id == kept.id
    assert said(database) == [("roadmap.excepted", "p_ada", kept.id), ("roadmap.exception_ended", "p_eve", kept.id)]


def test_what_is_excepted_is_not_excepted_twice_and_after_its_end_it_is(database: Database) -> None:
    kept = decide(database)
    with pytest.raises(LimenError):
        decide(database)
    decide(database, row="")
    database.write(lambda t: end_exception(t, kept.id, now=NOW + 1, by="p_ada"))
    with pytest.raises(LimenError):
        database.write(lambda t: end_exception(t, kept.id, now=NOW + 2, by="p_ada"))
    assert decide(database).id != kept.id


@pytest.mark.parametrize(
    ("control", "row", "lasts"),
    [("X9", "p_ben", DAY), ("I2", "x" * 201, DAY), ("I2", "p_ben", 91 * DAY), ("I2", "", 0)],
)
def test_what_is_unfit_changes_nothing(database: Database, control: str, row: str, lasts: int) -> None:
    with pytest.raises(LimenError):
        decide(database, control, row, lasts)
    assert (database.read(lambda s: store.exceptions(s.connection)), said(database)) == ([], [])
