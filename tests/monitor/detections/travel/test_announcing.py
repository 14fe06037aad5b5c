from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limen.clock import DAY
from limen.errors import LimenError
from limen.monitor.detections.travel import store
from limen.monitor.detections.travel.announcing import MOST_OF_A_PERSON, announce, end
from limen.monitor.detections.travel.expected import LONGEST, ExpectedTravel
from limen.pillars import pillars
from limen.storage import Database

NOW = 1_795_510_800_000


@pytest.fixture(autouse=True)
def kinds() -> None:
    pillars()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


def announced(database: Database, **said: Any) -> ExpectedTravel:
    asked: dict[str, Any] = {
        "person_id": "p_eve",
        "country": "PT",
        "place": "Lisbon",
        "since": NOW,
        "until": NOW + DAY,
        "now": NOW,
        "by": "p_ada",
        **said,
    }
    return database.write(lambda t: announce(t, **asked))


def all_of(database: Database) -> list[ExpectedTravel]:
    return database.read(lambda s: store.every(s.connection, NOW))


def test_a_journey_is_kept_with_who_said_so(database: Database) -> None:
    travel = announced(database)
    assert all_of(database) == [travel]
    assert (travel.person_id, travel.added_by, travel.added_at) == ("p_eve", "p_ada", NOW)
    database.write(lambda t: end(t, travel.id, NOW, by="p_ada"))
    assert all_of(database) == []


@pytest.mark.parametrize(
    "said",
    [
        {"country": "pt"},
        {"country": ""},
        {"country": "PRT"},
        {"until": NOW},
        {"until": NOW - 1, "since": NOW - DAY},
        {"since": NOW + DAY, "until": NOW + DAY},
        {"until": NOW + LONGEST + 1},
        {"since": NOW + 181 * DAY, "until": NOW + 182 * DAY},
        {"place": "x" * 81},
        {"place": "Lis\u202ebon"},
    ],
)
def test_what_is_no_bounded_journey_is_refused(database: Database, said: dict[str, Any]) -> None:
    with pytest.raises(LimenError):
        announced(database, **said)
    assert all_of(database) == []


def test_how_many_a_person_has_ahead_is_bounded(database: Database) -> None:
    for _ in range(MOST_OF_A_PERSON):
        announced(database)
    with pytest.raises(LimenError):
        announced(database)
    announced(database, person_id="p_tom")


def test_what_is_not_there_can_not_be_ended(database: Database) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: end(t, "t_9", NOW, by=""))
