"""The table of a small network: what is in it, and that it reads back as what was meant."""

from __future__ import annotations

import random
from dataclasses import replace
from unittest.mock import patch

import pytest
from tests.golden import Expected
from tests.network.equal import differs
from tests.network.networks import flow, harbor, way, zone
from tests.network.policies import LONG, UPLINK, network, ruleset

from limen.network.compiling import compiled
from limen.network.emit import nft_sets
from limen.network.emit.nft_enforced import enforced
from limen.network.emit.nft_router import NotEmittable, Router, router_of
from limen.network.emit.nftables import firewall
from limen.network.model import INTERNET, Block, Network
from limen.network.nft.as_text import as_text
from limen.network.packets import Box, Packet, Rule, Ruleset
from limen.network.reading.nft import read

_TODAY, _NOW = "2026-11-27", 1_000_000
_HARBOR = harbor(
    [flow("files", way("office", "files", "https ping")), flow("out", way("office", INTERNET, "https"))],
    [Block("no-erp", way("office", "erp", "any"), "quiet")],
)


def _box(source: int = 0x0A0A0005, destination: int = 0x0A150004, port: tuple[int, int] = (3389, 3389)) -> Box:
    return Box(4, (source, source), (destination, destination), (6, 6), port)


def _with(rule: Rule) -> Ruleset:
    rules = compiled(_HARBOR, _TODAY)
    return replace(rules, rules=(*rules.rules, rule))


def test_a_table_for_people(expected: Expected) -> None:
    small = Network(
        (zone("office", "workstation", 10), zone("servers", "management", 20)), _HARBOR.hosts[:2], _HARBOR.services
    )
    small = replace(small, flows=_HARBOR.flows[:1])
    router = router_of(small, [UPLINK], "dc")
    expected(as_text(firewall(compiled(small, _TODAY), small, router, _NOW).table))


@pytest.mark.parametrize("seed", range(6))
def test_it_reads_back_as_what_was_meant(seed: int) -> None:
    numbers = random.Random(seed)
    of = network(numbers)
    rules, router = ruleset(numbers, of, 10), router_of(of, [UPLINK])
    with patch.object(nft_sets, "_MANY", 2 if seed % 2 else 500):
        table = firewall(rules, of, router, _NOW).table
    back = read([table], router.legs, _NOW)
    assert back.notes == ()
    assert differs(enforced(rules, of, router), back.ruleset) is None


def test_a_table_without_one_element_does_not_read_back_as_that() -> None:
    rules, router = compiled(_HARBOR, _TODAY), router_of(_HARBOR, [UPLINK])
    table = firewall(rules, _HARBOR, router, _NOW).table
    sets = tuple(replace(one, elements=()) if one.name == "office.servers.1.types6" else one for one in table.sets)
    assert sets != table.sets
    packet = differs(enforced(rules, _HARBOR, router), read([replace(table, sets=sets)], router.legs, _NOW).ruleset)
    assert packet is not None
    assert (packet.from_zone, packet.protocol) == ("office", 58)


def test_elements_say_whose_they_are_and_openings_end() -> None:
    router = router_of(_HARBOR, [UPLINK])
    rules = _with(Rule("door-7", True, "office", "finance", _box(), _NOW + 61_900))
    table = firewall(rules, _HARBOR, router, _NOW).table
    (opening,) = table.set_of["opened.office.ports4"].elements
    assert (opening.comment, opening.seconds) == ("door-7", 61)
    assert {one.comment for one in table.set_of["office.servers.1.ports6"].elements} == {"files"}
    assert firewall(rules, _HARBOR, router, _NOW + 61_900).table.set_of["opened.office.ports4"].elements == ()


def test_of_two_openings_that_overlap_the_longer_one_lasts() -> None:
    rules = compiled(_HARBOR, _TODAY)
    doors = [Rule(f"door-{n}", True, "office", "finance", _box(), _NOW + n * 60_000) for n in (1, 2)]
    table = firewall(replace(rules, rules=(*rules.rules, *doors)), _HARBOR, router_of(_HARBOR), _NOW).table
    assert [(one.comment, one.seconds) for one in table.set_of["opened.office.ports4"].elements] == [("door-2", 120)]


def test_a_block_wins_over_an_opening() -> None:
    router = router_of(_HARBOR, [UPLINK])
    rules = _with(Rule("door", True, "office", "finance", _box(), LONG))
    back = read([firewall(rules, _HARBOR, router, _NOW).table], router.legs, _NOW).ruleset
    assert not back.allows(Packet("office", "finance", 4, 0x0A0A0005, 0x0A150004, 6, 3389))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("door", True, "office", "finance", _box()._replace(source_port=(5, 5)), LONG), "opening"),
        (Rule("door", False, "office", "finance", _box(), LONG), "opening"),
        (Rule('a" accept', True, "office", "finance", _box()), "rule"),
        (Rule("x" * 101, True, "office", "finance", _box()), "rule"),
    ],
)
def test_what_nft_can_not_say_is_refused(rule: Rule, reason: str) -> None:
    with pytest.raises(NotEmittable) as refused:
        firewall(_with(rule), _HARBOR, router_of(_HARBOR), _NOW)
    assert refused.value.reason == reason


def test_after_an_opening_nothing_is_denied_for_good() -> None:
    rules = _with(Rule("door", True, "office", "finance", _box(), LONG))
    rules = replace(rules, rules=(*rules.rules, Rule("late", False, "office", "finance", _box())))
    with pytest.raises(NotEmittable):
        firewall(rules, _HARBOR, router_of(_HARBOR), _NOW)


def test_zones_without_a_leg_and_nobody_who_administers_are_said() -> None:
    router = Router({"office": ("vlan10",), "servers": ("vlan20", "vlan21")})
    emission = firewall(compiled(_HARBOR, _TODAY), _HARBOR, router, _NOW)
    assert emission.not_here == ("finance", "backup", "guests", INTERNET)
    assert not emission.is_administered
    back = read([emission.table], router.legs, _NOW)
    assert differs(enforced(compiled(_HARBOR, _TODAY), _HARBOR, router), back.ruleset) is None


def test_the_machine_is_reached_by_what_flows_say_to_its_addresses() -> None:
    table = firewall(compiled(_HARBOR, _TODAY), _HARBOR, router_of(_HARBOR, [UPLINK], "files"), _NOW).table
    keys = {one.key: one.verdict for one in table.set_of["machine4"].elements}
    assert keys == {("vlan10", (0x0A14000A, 0x0A14000A)): {"jump": {"target": "office.servers"}}}
