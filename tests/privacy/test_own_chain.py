from __future__ import annotations

from tests.privacy.conftest import ADA, KEYS, MIA, NOW, Place
from tests.privacy.test_erase import erase

from limen.clock import DAY
from limen.events import Event
from limen.identity.store.erasure import UNDER_WAY_MS
from limen.pillars import pillars
from limen.privacy.erase import carry_out
from limen.privacy.own_chain import OwnChainJob
from limen.storage.journal import verify


def gone(place: Place) -> None:
    pillars()
    erase(place, MIA, may_deactivate=True)


def test_each_worker_erases_from_its_own_chain_once_and_once_more(place: Place) -> None:
    job = OwnChainJob(place.database, place.journal, 90, place.clock)
    assert job.look() == 0
    gone(place)
    assert job.look() == 1
    assert job.look() == 0
    place.journal.record(Event(at=NOW, kind="upstream.failed", actor=MIA))  # was under way, and ended later
    place.clock.forward(UNDER_WAY_MS)
    again = OwnChainJob(place.database, place.journal, 90, place.clock)  # after a restart it knows what was done
    assert again.look() == 1
    assert again.look() == 0
    report = verify(place.root / "journal", KEYS)
    assert (report.ok, report.erased) == (True, 2)
    assert ("sign_in.succeeded", ADA) in [(event.kind, event.actor) for event in place.journal.recent(50)]


def test_the_worker_that_leads_leaves_it_to_what_says_so_in_the_journal(place: Place) -> None:
    job = OwnChainJob(place.database, place.journal, 90, place.clock, lambda: True)
    gone(place)
    assert job.look() == 0
    assert carry_out(place.database, place.journal, place.root, NOW) == 1
    assert job.look() == 0


def test_whoever_was_erased_longer_ago_than_anything_is_kept_is_not_looked_for(place: Place) -> None:
    gone(place)
    place.clock.forward(91 * DAY)
    assert OwnChainJob(place.database, place.journal, 90, place.clock).look() == 0
