"""I10: departures, proved in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.people import member
from tests.roadmap.probes import run_of

from limen.clock import DAY, MINUTE
from limen.company.unique_identities.reading import Held
from limen.identity.departures.departures import Report
from limen.identity.departures.model import Closed, Departure, State, Surface, Why
from limen.identity.model import PersonStatus
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record
from limen.probes.leaver import WAYS
from limen.probes.model import Try
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence, ListOfPeople
from limen.roadmap.identity.leavers import AT_ONCE, CONTROL, DRILL

NOW = 400 * DAY
LISTS = (ListOfPeople("hr", read_at=NOW - 1),)
TRIED = tuple(Try(name, held=True, took=12) for name in WAYS)
PROBED = run_of("leaver", NOW - DAY, *TRIED, Try("in_memory", held=True))
ADA, LEO = member("Ada"), member("Leo", status=PersonStatus.INACTIVE)


def left(days_ago: int = 3, *took: int, why: Why = Why.DEACTIVATED, closed: str = Closed.PROVED) -> Report:
    """Each surface proved so many milliseconds after; 0: not proved."""
    at = NOW - days_ago * DAY
    departure = Departure(id=f"dp_{days_ago}", person="p_leo", why=why, at=at, closed=closed, closed_at=at + 1)
    surfaces = [
        Surface(departure=departure.id, name=f"surface_{at}", state=State.PROVED, proved_at=at + ms if ms else 0)
        for ms in took or (MINUTE,)
        for at in (departure.at,)
    ]
    return Report(departure, tuple(surfaces))


def after(*reports: Report, records: tuple[Record, ...] = ()) -> Evidence:
    held = Held((ADA, LEO), sources={one.person_id: [one] for one in records})
    identity = IdentityEvidence(departures=reports, held=held, sources=LISTS)
    return Evidence(at=NOW, members=(ADA, LEO), identity=identity, probes=PROBED)


def test_it_is_met_where_all_ended_within_minutes_and_lately() -> None:
    found = CONTROL.measured(after(left(3), left(60, MINUTE, 5 * MINUTE)))
    assert (found.is_met, [one.denominator for one in found.parts]) == (True, [2, 1, 1, len(WAYS) + 1])


@pytest.mark.parametrize(
    ("evidence", "part"),
    [
        (after(left(3), left(60, MINUTE, 6 * MINUTE)), 0),
        (after(left(3), left(60, MINUTE, 0)), 0),
        (after(left(3), Report(left(60).departure, ())), 0),
        (after(left(3), records=(Record("hr", "1", SourcePerson("1", "a@x", "Ada", False), "p_ada"),)), 1),
        (after(left(3), records=(Record("hr", "1", SourcePerson("1", "a@x", "Ada"), "p_ada", is_there=False),)), 1),
        (replace(after(left(31)), probes=run_of("leaver", NOW, Try("in_memory", held=None, why="silent"))), 2),
    ],
)
def test_one_access_that_went_on_misses_it(evidence: Evidence, part: int) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, [one.is_met for one in found.parts].index(False)) == (False, part)


def test_who_moved_or_came_back_at_once_is_no_leaver() -> None:
    others = (left(4, 0, why=Why.MOVED), left(5, 0, closed=Closed.RETURNED), left(6, 0, closed=Closed.AGAIN))
    assert CONTROL.measured(after(left(3), *others)).parts[0].denominator == 1


def test_it_is_unknown_where_nobody_left_or_nothing_could_be_read() -> None:
    assert CONTROL.measured(after()).grade.word == "unknown"
    assert CONTROL.measured(replace(after(left(3)), identity=IdentityEvidence())).grade.word == "unknown"


def test_what_no_source_says_is_no_proof_that_nobody_left() -> None:
    met = after(left(3))
    found = CONTROL.measured(replace(met, identity=replace(met.identity, sources=())))
    assert (found.is_met, found.parts[1].is_known) == (False, False)


@pytest.mark.parametrize(
    "tries",
    [
        TRIED[1:],
        (*TRIED[1:], Try(WAYS[0], held=False, took=12, why="it opened again")),
        (*TRIED[1:], Try(WAYS[0], held=True, took=AT_ONCE + 1)),
        (*TRIED[1:], Try(WAYS[0], held=True)),
        (*TRIED, Try("ssh_on_hosts", held=None, why="1 did not answer")),
    ],
)
def test_one_thing_that_still_opened_or_was_not_tried_misses_it(tries: tuple[Try, ...]) -> None:
    found = CONTROL.measured(replace(after(left(3)), probes=run_of("leaver", NOW, *tries)))
    assert (found.is_met, len(found.parts[3].misses), found.missing) == (False, 1, ())


def test_it_is_unknown_where_no_probe_left_lately() -> None:
    for probes in (None, {}, run_of("leaver", NOW - DRILL - 1, *TRIED), run_of("leaver", NOW + 1, *TRIED)):
        found = CONTROL.measured(replace(after(left(3)), probes=probes))
        assert (found.is_met, found.parts[3].is_known) == (False, False)
