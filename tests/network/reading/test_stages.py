"""Several lists that all have to let a packet through, as one: against each list by itself."""

from __future__ import annotations

import random

from tests.dial import size

from limen.network.packets import Box, Packet, Rule, Ruleset
from limen.network.reading.stages import Guards, Known, Passing, between_known, held_rules, unknown_groups

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


def test_rules_between_groups_become_rules_between_their_zones() -> None:
    places = {"a": [(4, (0, 9))], "b": [(4, (10, 19))], "c": [(4, (20, 29))]}
    known = Known({"lan": [("a", 4, (0, 9))], "dmz": [("b", 4, (10, 19))], "empty": []}, places)
    box = Box(4, (0, 99), (0, 99))
    rules = [
        Rule("no", False, "", "dmz", box._replace(source=(3, 3))),
        Rule("yes", True, "lan", "", box),
        Rule("elsewhere", True, "wan", "dmz", box),
    ]
    ruleset = between_known(rules, known)
    assert ruleset.allows(Packet("a", "b", 4, 5, 15, 6, 1))
    assert ruleset.allows(Packet("a", "c", 4, 3, 25, 6, 1))
    assert not ruleset.allows(Packet("a", "b", 4, 3, 15, 6, 1))
    assert not ruleset.allows(Packet("a", "a", 4, 3, 4, 6, 1))
    assert not ruleset.allows(Packet("b", "a", 4, 15, 4, 6, 1))
    assert [one.where for one in unknown_groups(["lan", "wan"], known)] == ["wan"]


def test_rules_of_a_group_are_for_who_has_it() -> None:
    rule = Rule("x", True, "", "", Box(4, (0, 99), (0, 99)))
    [held] = held_rules([rule], [("a", 4, (5, 6)), ("a", 6, (5, 6))], is_source=True)
    assert (held.box.source, held.box.destination) == ((5, 6), (0, 99))
