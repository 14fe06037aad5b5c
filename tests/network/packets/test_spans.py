"""Packets as numbers: the same as boxes and zones say."""

from __future__ import annotations

from limen.network.packets import ANYWHERE, Box, Packet, Rule
from limen.network.packets.spans import box_of, first_of, is_within, meet, point_of, shared, span_of, without

_ZONES = ("office", "servers", "internet")
_NUMBERS = {name: number for number, name in enumerate(_ZONES)}
_BOX = Box(4, (10, 20), (30, 40), (6, 6), (443, 443))
_SPAN = span_of(Rule("a", True, "office", "servers", _BOX), _NUMBERS)


def test_a_span_is_its_box_and_its_zones() -> None:
    assert _SPAN[:6] == (0, 0, 1, 1, 4, 4)
    assert box_of(_SPAN) == _BOX
    assert first_of(_SPAN, _ZONES) == Packet("office", "servers", 4, 10, 30, 6, 443)


def test_any_zone_is_all_of_them() -> None:
    assert span_of(Rule("a", True, ANYWHERE, "servers", _BOX), _NUMBERS)[:4] == (0, 2, 1, 1)


def test_packets_of_no_zone_are_in_no_span() -> None:
    packet = Packet("office", "attic", 4, 10, 30, 6, 443)
    assert point_of(packet, _NUMBERS) is None
    inside = point_of(packet._replace(to_zone="servers"), _NUMBERS)
    assert inside is not None
    assert is_within(inside, _SPAN)


def test_what_is_left_shares_nothing_and_is_all() -> None:
    wide = span_of(Rule("a", True, ANYWHERE, ANYWHERE, Box(4, (0, 99), (0, 99), (0, 17), (0, 999))), _NUMBERS)
    both = shared(wide, _SPAN)
    assert both == _SPAN
    left = without(wide, _SPAN)
    assert all(not meet(one, other) for at, one in enumerate(left) for other in [*left[:at], _SPAN])
    assert sum(map(_count, left)) + _count(_SPAN) == _count(wide)
    assert shared(left[0], _SPAN) is None


def _count(span: tuple[int, ...]) -> int:
    found = 1
    for low, high in zip(span[::2], span[1::2], strict=True):
        found *= high - low + 1
    return found
