from __future__ import annotations

from functools import partial

import pytest
from tests.privacy.conftest import ADA, MIA, NOW, Place, deactivate

from limen.clock import DAY, HOUR
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import erasure, people
from limen.privacy.erase import erase_person
from limen.privacy.retention import LEFT_LONG_AGO, NEVER_CAME, RetentionJob, due
from limen.settings import Retention


def upkeep(place: Place, **days: int) -> RetentionJob:
    return RetentionJob(place.database, place.journal, Retention(**days), place.root, place.outbox, place.clock)


def is_here(place: Place, person_id: str) -> bool:
    return place.database.read(lambda s: people.status_of(s.connection, person_id)) is not None


@pytest.mark.slow
def test_who_was_let_go_is_erased_when_their_days_are_over_and_not_before(place: Place) -> None:
    keeping = upkeep(place, people_days=30)
    deactivate(place, MIA)
    keeping.look()
    place.clock.forward(29 * DAY)
    keeping.look()
    assert is_here(place, MIA)
    place.clock.forward(2 * DAY)
    keeping.look()
    assert not is_here(place, MIA)
    assert is_here(place, ADA)
    assert place.database.read(lambda s: erasure.waiting_in_journal(s.connection)) == []


def test_zero_keeps_and_what_was_never_used_goes(place: Place) -> None:
    deactivate(place, MIA)
    late = NOW + 4_000 * DAY
    ben = Person("p_ben", "Ben", "ben@harbor.example", groups=frozenset())
    place.database.write(lambda tx: people.add(tx.connection, ben, PersonStatus.INVITED, NOW))
    never = Retention(people_days=0, invited_days=0)
    assert place.database.read(lambda s: due(s, never, late)) == []
    assert place.database.read(lambda s: due(s, Retention(), late)) == [(MIA, LEFT_LONG_AGO), ("p_ben", NEVER_CAME)]
    assert place.database.read(lambda s: due(s, Retention(), NOW + DAY)) == []


def test_links_and_mails_and_their_files_go_in_time(place: Place) -> None:
    place.outbox.mkdir()
    (place.outbox / f"m_{MIA}.eml").write_text("Dear Mia")
    keeping = upkeep(place, mails_days=7, links_days=7)
    keeping.look()
    assert (place.outbox / f"m_{MIA}.eml").exists()
    assert place.database.read(lambda s: erasure.rows_of(s.connection, MIA)).keys() >= {"links", "mails"}
    place.clock.forward(8 * DAY + HOUR)
    keeping.look()
    assert not (place.outbox / f"m_{MIA}.eml").exists()
    assert not place.database.read(lambda s: erasure.rows_of(s.connection, MIA)).keys() & {"links", "mails"}


def test_a_damaged_segment_is_left_and_tried_again_a_day_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [(3, 1), (1, 0)]
    monkeypatch.setattr(place.journal, "erase", lambda _ids: outcomes.pop(0))
    place.database.write(partial(erase_person, person_id=MIA, now=NOW, by=ADA, why="asked", may_deactivate=True))
    keeping = upkeep(place)
    for _ in range(3):
        keeping.look()
    assert place.database.read(lambda s: erasure.waiting_in_journal(s.connection)) == [MIA]
    place.clock.forward(DAY)
    keeping.look()
    assert place.database.read(lambda s: erasure.waiting_in_journal(s.connection)) == []
    place.journal.wait_settled()
    said = [event.details["segments_left"] for event in place.journal.recent(9, lambda e: e.kind == "journal.erased")]
    assert said == [0, 1]
