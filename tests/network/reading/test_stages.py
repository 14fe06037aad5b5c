"""Several lists that all have to let a packet through, as one: against each list by itself."""

from __future__ import annotations

import random

from tests.dial import size

from limen.network.packets import Box, Packet, Rule, Ruleset
from limen.network.reading.stages import Guards, Passing, held_rules

_ZONES = ("a", "b", "c")


def _list(chance: random.Random) -> list[Rule]:
    def interval() -> tuple[int, int]:
        low, high = sorted((chance.randrange(8), chance.randrange(8)))
        return low, high

    return [
        Rule(f"{chance.random()}", chance.random() < 0.7, chance.choice(["", "", "a"]), chance.choice(["", "", "b"]),
             Box(4, interval(), interval()))
        for _ in range(chance.randint(1, 4))
    ]  # fmt: skip


def test_a_packet_passes_where_every_list_lets_it() -> None:
    passed = 0
    for seed in range(size(300)):
        chance = random.Random(seed)
        guards = {
            zone: Guards((_list(chance),), (_list(chance),), frozenset({zone if chance.random() < 0.5 else "s"}),
                         (_list(chance),), (_list(chance),))
            for zone in ("a", "b")
        }  # fmt: skip
        whole = Passing(_ZONES, guards).ruleset()
        for _ in range(40):
            one, other = chance.choice(_ZONES), chance.choice(_ZONES)
            packet = Packet(one, other, 4, chance.randrange(8), chance.randrange(8), 6, 1)
            sender, receiver = guards.get(one, Guards()), guards.get(other, Guards())
            lists = [*sender.outward, *receiver.inward]
            if not sender.subnets & receiver.subnets:
                lists += [*sender.outward_by_subnet, *receiver.inward_by_subnet]
            expected = bool(lists) and all(Ruleset(_ZONES, tuple(rules)).allows(packet) for rules in lists)
            assert whole.allows(packet) is expected, seed
            passed += expected
    assert passed


def test_addresses_that_are_not_a_zones_fit_nothing() -> None:
    every = [Rule("x", True, "", "", Box(4, (0, 99), (0, 99)))]
    places = {"a": [(4, (0, 9))], "b": [(4, (10, 19))]}
    ruleset = Passing(("a", "b"), {"b": Guards((), (every,))}, places).ruleset()
    assert ruleset.allows(Packet("a", "b", 4, 5, 15, 6, 1))
    assert not ruleset.allows(Packet("a", "b", 4, 15, 15, 6, 1))
    assert not ruleset.allows(Packet("a", "b", 4, 5, 5, 6, 1))


def test_rules_of_a_group_are_for_who_has_it() -> None:
    rule = Rule("x", True, "", "", Box(4, (0, 99), (0, 99)))
    [held] = held_rules([rule], [("a", 4, (5, 6)), ("a", 6, (5, 6))], is_source=True)
    assert (held.box.source, held.box.destination) == ((5, 6), (0, 99))
