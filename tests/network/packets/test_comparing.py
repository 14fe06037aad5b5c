"""What one ruleset lets through and another does not; with many: tests/network/emit/test_comparing.py."""

from __future__ import annotations

import pytest

from limen.network.packets import ANYWHERE, Box, Rule, Ruleset, regions
from limen.network.packets.comparing import beyond, parts_of
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions

ZONES = ("a", "b")
WIDE, NARROW = Box(4, (0, 9), (0, 9)), Box(4, (0, 9), (3, 5))


def ruleset(*boxes: Box, to_zone: str = "b") -> Regions:
    return Regions(Ruleset(ZONES, tuple(Rule(f"r{at}", True, "a", to_zone, box) for at, box in enumerate(boxes))))


def test_parts_share_no_packet_and_have_the_rule_that_lets_them_through() -> None:
    parts = list(beyond(ruleset(NARROW, WIDE), ruleset(NARROW)))
    assert {(part.box.destination, part.rule.id) for part in parts} == {((0, 2), "r1"), ((6, 9), "r1")}
    assert list(beyond(ruleset(NARROW), ruleset(WIDE))) == []


def test_a_rule_for_every_zone_has_a_part_for_each_pair() -> None:
    one = ruleset(WIDE, to_zone=ANYWHERE)
    parts = parts_of(one, one.spans[0], one.ruleset.rules[0])
    assert [(part.from_zone, part.to_zone) for part in parts] == [("a", "a"), ("a", "b")]


def test_where_not_all_is_listed_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST_PIECES_IN_ALL", -1)
    with pytest.raises(TooTangledError):
        list(beyond(ruleset(WIDE), ruleset(NARROW)))
