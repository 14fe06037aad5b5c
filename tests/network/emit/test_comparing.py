"""What only one of two rulesets lets through, held against the diagrams."""

from __future__ import annotations

import random

import pytest
from tests.dial import size

from limen.errors import LimenError
from limen.network.emit.comparing import differing, only_by, open_between
from limen.network.packets import Box, Rule, Ruleset, regions
from limen.network.packets.decision_diagrams import difference

_ZONES = ("a", "b")


def _ruleset(chance: random.Random) -> Ruleset:
    def interval(last: int) -> tuple[int, int]:
        low, high = sorted((chance.randrange(last), chance.randrange(last)))
        return low, high

    rules = [
        Rule(f"r{at}", chance.random() < 0.6, *chance.choice([("a", "b"), ("", "b"), ("b", "a")]),
             Box(4, interval(64), interval(64), (6, 6), interval(64)))
        for at in range(chance.randint(1, 6))
    ]  # fmt: skip
    return Ruleset(_ZONES, tuple(rules))


def test_it_is_what_the_diagrams_say() -> None:
    found = 0
    for seed in range(size(200)):
        chance = random.Random(seed)
        one, other = _ruleset(chance), _ruleset(chance)
        pieces = only_by(one, other)
        new, gone = difference(other, one)
        assert bool(pieces) is bool(new)
        assert bool(only_by(other, one)) is bool(gone)
        for piece in pieces:
            packet = piece.box.first(piece.from_zone, piece.to_zone)
            assert one.decides(packet) == piece.rule
            assert one.allows(packet)
            assert not other.allows(packet)
            found += 1
    assert found


def test_only_the_zones_of_the_one_count() -> None:
    every = Box(4, (0, 9), (0, 9))
    one = Ruleset(("a", "b"), (Rule("r1", True, "a", "b", every),))
    other = Ruleset(("c", "b", "a"), (Rule("r2", False, "c", "", every), Rule("r3", True, "", "b", every)))
    assert only_by(one, other) == []
    assert {(part.from_zone, part.to_zone) for part in only_by(other, one)} == {("b", "b")}


def test_what_is_open_between_two_zones_is_what_its_rules_decide() -> None:
    rules = (
        Rule("block", False, "a", "b", Box(4, (0, 9), (5, 5))),
        Rule("flow", True, "a", "b", Box(4, (0, 9), (0, 9))),
    )
    cell = open_between(Ruleset(_ZONES, rules)).cell("a", "b")
    assert {(box.destination, rule.id) for box, rule in cell.regions} == {((0, 4), "flow"), ((6, 9), "flow")}


def test_rules_that_are_too_tangled_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST_PIECES_IN_ALL", -1)
    one = Ruleset(_ZONES, (Rule("r", True, "a", "b", Box(4, (0, 9), (0, 9))),))
    for compare in (lambda: differing(one, one), lambda: open_between(one)):
        with pytest.raises(LimenError):
            compare()
