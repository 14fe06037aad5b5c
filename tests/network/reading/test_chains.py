"""Chains as one list: against a walk through them, packet by packet."""

from __future__ import annotations

import random

import pytest
from tests.dial import size

from limen.network.packets import Box, Packet, Rule, Ruleset
from limen.network.reading.chains import ChainRule, Flattening, Piece, Then
from limen.network.reading.reading import UnreadableError

_ZONES = frozenset({"a", "b", "c"})


def _piece(chance: random.Random) -> Piece:
    def interval() -> tuple[int, int]:
        low, high = sorted((chance.randrange(8), chance.randrange(8)))
        return low, high

    zones = [frozenset(chance.sample(sorted(_ZONES), chance.randint(1, 3))) for _ in range(2)]
    return Piece(*zones, Box(4, interval(), interval(), (6, 6), interval()))


def _chains(chance: random.Random) -> dict[str, list[ChainRule]]:
    chains = {}
    for depth in range(4):
        ends = [Then.ALLOW, Then.DENY, Then.RETURN] + ([Then.JUMP, Then.GO] if depth < 3 else [])
        chains[f"c{depth}"] = [
            ChainRule(f"c{depth}:{at}", (_piece(chance),), chance.choice(ends), f"c{chance.randint(depth + 1, 4)}")
            for at in range(chance.randint(1, 5))
        ]
    return chains


def _walked(chains: dict[str, list[ChainRule]], name: str, packet: Packet) -> str:
    """The id of the rule that decides; "" where the packet falls off the chain's end."""
    for rule in chains.get(name, ()):
        [piece] = rule.pieces
        if not (packet.from_zone in piece.froms and packet.to_zone in piece.tos and piece.box.holds(packet)):
            continue
        if rule.then in {Then.ALLOW, Then.DENY}:
            return rule.id
        if rule.then is Then.RETURN:
            return ""
        found = _walked(chains, rule.chain, packet)
        if found or rule.then is Then.GO:
            return found
    return ""


def test_the_list_decides_as_a_walk_does() -> None:
    for seed in range(size(400)):
        chance = random.Random(seed)
        chains = _chains(chance)
        flat = Flattening(chains, _ZONES)
        whole = Box(4, (0, 7), (0, 7), (6, 6), (0, 7))
        flat.add("c0", Piece(_ZONES, _ZONES, whole), Rule("policy", False, "", "", whole))
        ruleset = Ruleset(tuple(sorted(_ZONES)), tuple(flat.rules))
        for _ in range(60):
            zones = [chance.choice(sorted(_ZONES)) for _ in range(2)]
            packet = Packet(*zones, 4, chance.randrange(8), chance.randrange(8), 6, chance.randrange(8))
            rule = ruleset.decides(packet)
            assert rule is not None
            assert rule.id == (_walked(chains, "c0", packet) or "policy"), seed


def test_a_chain_that_comes_back_to_itself_is_refused() -> None:
    whole = Piece(_ZONES, _ZONES, Box(4, (0, 7), (0, 7)))
    chains = {"a": [ChainRule("1", (whole,), Then.JUMP, "b")], "b": [ChainRule("2", (whole,), Then.GO, "a")]}
    with pytest.raises(UnreadableError):
        Flattening(chains, _ZONES).add("a", whole, None)
