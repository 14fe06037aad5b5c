"""From findings to their events: all of them where they fit into one search, else the newest."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from limen.clock import HOUR
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.search.query import LONGEST, MOST_TERMS, AnyOf, Equals, read_query
from limen.web.monitor.evidence import AROUND, MOST, evidence_of


def found(at: int, *events: str, count: int = 1, since: int = 0) -> Hit:
    return Hit(
        id=f"h{at}",
        rule="r",
        title="Found",
        level=Level.HIGH,
        at=at,
        entity="host:a",
        events=events,
        count=count,
        since=since,
    )


def test_each_event_once_within_the_time_of_all() -> None:
    evidence = evidence_of([found(9 * HOUR, "b", "c"), found(5 * HOUR, "a", "b", since=4 * HOUR)])
    assert evidence is not None
    assert (evidence.count, evidence.shown) == (3, 3)
    said = parse_qs(urlsplit(evidence.href).query)
    assert (int(said["since"][0]), int(said["until"][0])) == (4 * HOUR - AROUND, 9 * HOUR + AROUND)
    assert read_query(said["q"][0]) == AnyOf(tuple(equal(one) for one in ("a", "b", "c")))


def equal(uid: str) -> object:
    return read_query(f"uid:{uid}")


def test_of_many_the_newest_in_a_search_that_may_be_asked() -> None:
    evidence = evidence_of([found(HOUR, *(f"{number:032x}" for number in range(100)), count=5_000)])
    assert evidence is not None
    assert (evidence.count, evidence.shown) == (5_000, MOST)
    asked = parse_qs(urlsplit(evidence.href).query)["q"][0]
    assert len(asked) <= LONGEST
    assert MOST <= MOST_TERMS
    meant = read_query(asked)
    assert isinstance(meant, AnyOf)
    last = meant.either[-1]
    assert isinstance(last, Equals)
    assert last.values == (f"{99:032x}",)


def test_what_rests_on_no_event_leads_nowhere() -> None:
    assert evidence_of([found(HOUR)]) is None
