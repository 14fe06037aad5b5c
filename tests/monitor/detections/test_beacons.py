"""Beacons with jitter are found, each of them; what people and ordinary programs do is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from string import Formatter

import pytest
from hypothesis import given, settings, strategies as st

from limen.beacons import MANY
from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.monitor.detections.beacons import ABOUT, Beacons
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.classes import NETWORK
from limen.monitor.normal_form.event import NormalEvent

NOW = 1_800_000_000_000
LAPTOP, OUTSIDE = "10.10.0.7", "45.155.205.9"


def seen(at: int, to: str = OUTSIDE, source: str = LAPTOP, port: int = 443, port_from: int = 0) -> NormalEvent:
    return NormalEvent(
        uid=f"{at} {source} {to} {port}",
        at=at,
        received_at=at,
        source="fw",
        kind="flow",
        class_uid=NETWORK,
        src_ip=source,
        src_port=port_from,
        dst_ip=to,
        dst_port=port,
    )


def beacon(every: int, jitter: float, random: Random, hours: float = 0, **more: object) -> Iterator[NormalEvent]:
    """At intervals that are up to so much shorter; for long enough that 24 make two hours twice."""
    at, end = NOW, NOW + int(hours * HOUR or max(4 * HOUR, 50 * every))
    while at < end:
        yield seen(at // SECOND * SECOND, **more)  # type: ignore[arg-type]
        at += int(every * (1 - jitter * random.random()))


def browsing(random: Random, source: str = LAPTOP, to: str = "") -> Iterator[NormalEvent]:
    """A day of a person: bursts of connections with pauses between them, to a hundred sites."""
    at = NOW
    while at < NOW + 9 * HOUR:
        at += int(random.expovariate(1 / (4 * MINUTE)))
        site = to or f"151.101.{random.randrange(4)}.{random.randrange(1, 26)}"
        for _ in range(random.randrange(1, 9)):
            at += int(random.expovariate(1 / (3 * SECOND)))
            yield seen(at, site, source)


def found(events: Iterable[NormalEvent], detector: Beacons | None = None) -> list[Hit]:
    one = detector or Beacons()
    return [hit for event in sorted(events, key=lambda event: event.at) for hit in one.feed(event)]


@pytest.mark.parametrize("jitter", [0.0, 0.1, 0.2, 0.25])
@pytest.mark.parametrize("every", [20 * SECOND, MINUTE, 5 * MINUTE, 17 * MINUTE, HOUR, 110 * MINUTE])
def test_planted_beacons_are_found_among_browsing(every: int, jitter: float) -> None:
    for number in range(5):
        random = Random(f"{every} {jitter} {number}")
        hits = found([*beacon(every, jitter, random), *browsing(random)])
        assert {hit.says["dst_ip"] for hit in hits} == {OUTSIDE}
        assert abs(int(hits[0].says["seconds"]) * SECOND - every) <= every * (jitter + 0.1)


def test_it_says_what_it_is_and_once_a_day() -> None:
    hits = found(beacon(MINUTE, 0.1, Random(1), hours=40))
    assert len(hits) == 2
    assert (hits[0].entity, hits[0].at - NOW >= 2 * HOUR) == (f"address:{LAPTOP}", True)
    assert hits[1].at - hits[0].at >= DAY
    for text in (ABOUT.sentence, ABOUT.sentence_de):
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= set(hits[0].says)


def test_a_day_of_fifty_people_browsing_is_none() -> None:
    for number in range(50):
        random = Random(number)
        source = f"10.10.0.{number + 1}"
        assert found([*browsing(random, source), *browsing(random, source, "140.82.121.3")]) == []


def test_what_many_machines_do_alike_is_none() -> None:
    """The time every 64 seconds, mail every five minutes, updates every hour."""
    for every, port in ((64 * SECOND, 123), (5 * MINUTE, 993), (HOUR, 443)):
        events: list[NormalEvent] = []
        for number in range(MANY + 1):
            events += beacon(every, 0.02, Random(number), source=f"10.10.0.{number + 1}", port=port)
        assert found(events) == []


def test_a_nightly_backup_a_busy_service_and_few_connections_are_none() -> None:
    nightly = [seen(NOW + night * DAY + MINUTE) for night in range(60)]
    busy = [seen(NOW + number * 4 * SECOND) for number in range(3_000)]
    few = [seen(NOW + number * 10 * MINUTE) for number in range(23)]
    short = list(beacon(20 * SECOND, 0.0, Random(1), hours=1.9))
    for events in (nightly, busy, few, short):
        assert found(events) == []


def test_within_the_company_or_from_outside_is_none() -> None:
    for source, to in ((LAPTOP, "10.20.0.10"), ("198.41.0.4", OUTSIDE), (LAPTOP, "224.0.0.251"), (LAPTOP, "x")):
        assert found(beacon(MINUTE, 0.0, Random(1), source=source, to=to)) == []


def test_one_long_connection_that_is_told_of_each_minute_is_none() -> None:
    assert found(beacon(MINUTE, 0.0, Random(1), port_from=50_123)) == []


def test_two_logs_of_the_same_connections_hide_nothing() -> None:
    events = [each for one in beacon(MINUTE, 0.1, Random(1)) for each in (one, seen(one.at + SECOND))]
    assert len(found(events)) == 1


def test_a_pause_hides_nothing() -> None:
    first = list(beacon(10 * MINUTE, 0.1, Random(1), hours=3))
    later = [seen(one.at + 12 * HOUR) for one in beacon(10 * MINUTE, 0.1, Random(2), hours=3)]
    assert len(found([*first, *later])) == 1


@settings(max_examples=25)
@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=120), st.integers(0, 120))
def test_from_a_snapshot_it_finds_the_same(apart: list[int], cut: int) -> None:
    at, events = NOW, []
    for one in [*apart, *[5 * MINUTE] * 60]:
        at += one
        events.append(seen(at))
    first, second = Beacons(), Beacons()
    hits = [hit for event in events[:cut] for hit in first.feed(event)]
    second.restore(first.snapshot())
    hits += [hit for event in events[cut:] for hit in second.feed(event)]
    assert hits == found(events)


def test_a_damaged_snapshot_changes_nothing() -> None:
    with pytest.raises(ValueError, match="snapshot"):
        Beacons().restore(b"\xc1")
