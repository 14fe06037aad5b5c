"""A clock that is off by whole half hours is found, once."""

from __future__ import annotations

from string import Formatter

from tests.monitor.normal_form.frames import RECEIVED

from limen.clock import HOUR, MINUTE, SECOND
from limen.monitor.detections.wrong_clocks import ABOUT, WrongClocks
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN


def events(source: str = "fw", lag: int = HOUR, host: str = "gate") -> list[NormalEvent]:
    return [
        NormalEvent(uid=f"u{at}", at=at - lag, received_at=at, source=source, host=host)
        for at in range(RECEIVED, RECEIVED + 90 * MINUTE, 20 * SECOND)
    ]


def test_it_is_found_once_and_says_by_how_much() -> None:
    detector = WrongClocks()
    (hit,) = [hit for event in events() for hit in detector.feed(event)]
    assert (hit.entity, hit.says) == ("host:gate", {"source": "fw", "host": "gate", "minutes": 60})
    for text in (ABOUT.sentence, ABOUT.sentence_de):
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= set(hit.says)


def test_begun_again_from_a_snapshot_it_finds_the_same() -> None:
    whole, first = WrongClocks(), WrongClocks()
    expected = [hit for event in events() for hit in whole.feed(event)]
    found = [hit for event in events()[:50] for hit in first.feed(event)]
    second = WrongClocks()
    second.restore(first.snapshot())
    assert found + [hit for event in events()[50:] for hit in second.feed(event)] == expected


def test_limens_own_and_right_ones_are_not() -> None:
    detector = WrongClocks()
    assert not [hit for event in (*events(LIMEN), *events(lag=SECOND)) for hit in detector.feed(event)]
