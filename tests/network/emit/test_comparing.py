"""What one ruleset lets through beyond another, held against the diagrams."""

from __future__ import annotations

import random

import pytest
from tests.dial import size

from limen.errors import LimenError
from limen.network.emit.comparing import beyond, without_all
from limen.network.packets import Box, Rule, Ruleset, every_packet
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
        pieces = list(beyond(one, other))
        new, gone = difference(other, one)
        assert bool(pieces) is bool(new)
        assert bool(list(beyond(other, one))) is bool(gone)
        for piece in pieces:
            packet = piece.box.first(piece.from_zone, piece.to_zone)
            assert one.decides(packet) == piece.rule
            assert one.allows(packet)
            assert not other.allows(packet)
            found += 1
    assert found


def test_rules_that_are_too_tangled_are_refused() -> None:
    taken = [Box(4, (2 * n, 2 * n), (2 * m, 2 * m)) for n in range(150) for m in range(150)]
    with pytest.raises(LimenError):
        without_all([every_packet(4)], taken)
