"""Which rules can concern a packet, as a look at each would say."""

from __future__ import annotations

import random

from limen.network.packets.index import Index
from limen.network.packets.spans import Span, meet

_RANDOM = random.Random(7)


def _span(wide: bool) -> Span:
    last = (5, 5, 6, 10_000, 10_000, 255, 65_535, 65_535)
    found: list[int] = []
    for most in last:
        low = _RANDOM.randrange(most)
        found += (0, most) if wide and _RANDOM.random() < 0.5 else (low, min(most, low + _RANDOM.randrange(1, most)))
    return tuple(found)


_SPANS = [_span(number % 10 == 0) for number in range(400)]


def test_it_finds_what_looking_at_each_finds() -> None:
    index = Index(_SPANS)
    for asked in (_span(number % 3 == 0) for number in range(100)):
        meeting = [at for at, one in enumerate(_SPANS) if meet(one, asked)]
        assert index.meeting(asked) == meeting
        assert index.meeting(asked, before=100) == [at for at in meeting if at < 100]


def test_the_first_that_holds_a_packet() -> None:
    index = Index(_SPANS)
    found = 0
    for _ in range(300):
        point = tuple(low for low in _span(wide=False)[::2] for low in (low, low))
        holding = [at for at, one in enumerate(_SPANS) if meet(one, point)]
        assert index.first(point) == (holding[0] if holding else None)
        found += bool(holding)
    assert found > 20


def test_of_no_rules_none_is_found() -> None:
    assert Index([]).meeting(_SPANS[0]) == []
    assert Index([]).first(_SPANS[0]) is None
