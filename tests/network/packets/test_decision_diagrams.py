"""The second engine: equality, difference, and an end within bounds. That it agrees with the first is a law."""

from __future__ import annotations

import pytest

from limen.network.packets import ANYWHERE, Box, Rule, Ruleset, every_packet
from limen.network.packets.decision_diagrams import Diagrams, TooTangledError, are_equal, difference, unlike
from limen.network.packets.spans import box_of

_ZONES = ("office", "servers")
_HTTPS = Box(4, (10, 20), (30, 40), (6, 6), (443, 443))


def _rules(*rules: Rule) -> Ruleset:
    return Ruleset(_ZONES, rules)


def test_rulesets_are_equal_by_what_they_let_through() -> None:
    whole = _rules(Rule("a", True, "office", "servers", _HTTPS))
    halves = [_HTTPS._replace(source=half) for half in ((10, 15), (16, 20))]
    split = _rules(*(Rule("b", True, "office", "servers", one) for one in halves))
    assert are_equal(whole, split)
    assert not are_equal(whole, _rules(*split.rules[:1]))
    assert are_equal(whole, Ruleset(_ZONES[::-1], whole.rules))


def test_rulesets_of_other_zones_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zones"):
        are_equal(_rules(), Ruleset(("office",), ()))


def test_a_difference_is_exact_on_both_sides() -> None:
    moved = _HTTPS._replace(source=(15, 30))
    new, gone = difference(
        _rules(Rule("a", True, "office", "servers", _HTTPS)), _rules(Rule("a", True, "office", "servers", moved))
    )
    assert [box_of(one) for one in new] == [_HTTPS._replace(source=(21, 30))]
    assert [box_of(one) for one in gone] == [_HTTPS._replace(source=(10, 14))]
    assert new[0][:4] == (0, 0, 1, 1)


def test_a_packet_shows_that_two_are_not_alike() -> None:
    whole = _rules(Rule("a", True, "office", "servers", _HTTPS))
    less = _rules(Rule("b", False, ANYWHERE, ANYWHERE, _HTTPS._replace(source=(17, 17))), *whole.rules)
    assert unlike(whole, whole) is None
    for one, other in ((whole, less), (less, whole)):
        assert (packet := unlike(one, other)) is not None
        assert (packet.from_zone, packet.to_zone, packet.source, packet.port) == ("office", "servers", 17, 443)
    with pytest.raises(ValueError, match="zones"):
        unlike(whole, Ruleset(("office",), ()))


def test_a_block_before_a_flow_is_no_difference_to_nothing() -> None:
    blocked = _rules(
        Rule("b", False, ANYWHERE, ANYWHERE, every_packet(4)), Rule("a", True, "office", "servers", _HTTPS)
    )
    assert are_equal(blocked, _rules())


def test_what_takes_more_spans_than_may_be_is_refused() -> None:
    diagrams = Diagrams(2, 4)
    packets = diagrams.nothing
    for number in range(50):
        packets |= diagrams.of((0, 0, 1, 1, 4, 4, 4 * number, 4 * number, 0, 9, 6, 6, 22, 22, 0, 65_535))
    assert len(diagrams.spans(packets)) == 50
    with pytest.raises(TooTangledError):
        diagrams.spans(packets, most=10)
