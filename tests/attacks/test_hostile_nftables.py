"""Names that would be commands, rules without end, tables of others, listings that lie."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from tests.network.lab import namespace, needs_namespaces, nft
from tests.network.networks import harbor, zone

from limen.network.emit.nft_router import NotEmittable, Router, router_of
from limen.network.emit.nftables import firewall
from limen.network.firewalls.limen_firewall.differences import differences
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE, Ruleset as Told
from limen.network.firewalls.limen_firewall.tables import intended, listed
from limen.network.model import Network
from limen.network.nft.as_json import as_json
from limen.network.nft.listing import NotAListing, tables
from limen.network.nft.tree import Set, Table
from limen.network.packets import Box, Rule, Ruleset
from limen.network.reading.nft import read
from limen.network.reading.nft_regions import TooTangled

_OFFICE = harbor()
_RULES = Ruleset(_OFFICE.zone_names, ())
_EVIL = [
    'eth0" accept',
    "eth0\naccept",
    "eth*",
    "*",
    "@interfaces",
    "$x",
    "",
    " eth0",
    "..",
    "eth0;",
    "a" * 16,
    "eth0{",
    "vlan10\x00",
    "ëth0",
]


@pytest.mark.parametrize("name", _EVIL)
def test_no_interface_is_called_what_means_more_to_nft(name: str) -> None:
    with pytest.raises(NotEmittable) as refused:
        firewall(_RULES, _OFFICE, Router({"office": (name,)}), 0)
    assert refused.value.reason == "interface"


@pytest.mark.parametrize("name", ['of"fice', "of.fice", "of fice", "a" * 41, "", "of\nfice", "0ffice"])
def test_no_zone_is_called_what_could_be_another_chain(name: str) -> None:
    of = Network((replace(_OFFICE.zones[0], name=name),))
    with pytest.raises(NotEmittable) as refused:
        firewall(Ruleset(of.zone_names, ()), of, Router({name: ("vlan10",)}), 0)
    assert refused.value.reason == "zone"


@pytest.mark.parametrize("name", ['x"', "x\n", "x\\", "", " x", "x" * 200, 'x" ; flush ruleset #'])
def test_no_rule_is_called_what_ends_its_comment(name: str) -> None:
    rule = Rule(name, True, "office", "servers", Box(4, (0, 9), (0, 9)))
    with pytest.raises(NotEmittable) as refused:
        firewall(Ruleset(_OFFICE.zone_names, (rule,)), _OFFICE, router_of(_OFFICE), 0)
    assert refused.value.reason == "rule"


def test_one_interface_of_two_zones_is_refused() -> None:
    with pytest.raises(NotEmittable):
        firewall(_RULES, _OFFICE, Router({"office": ("vlan10",), "guests": ("vlan10",)}), 0)


def test_a_hundred_thousand_rules_are_emitted_in_bounds() -> None:
    of = Network((zone("office", "workstation", 10), zone("servers", "server", 20)))
    low = int(of.zones[1].prefixes[0].network_address)
    rules = tuple(
        Rule(
            f"flow-{n}", True, "office", "servers", Box(4, (0, 1 << 31), (low + n % 250,) * 2, (6, 6), (n // 250,) * 2)
        )
        for n in range(100_000)
    )
    started = time.process_time()
    table = firewall(Ruleset(of.zone_names, rules), of, router_of(of), 0).table
    assert sum(len(one.elements) for one in table.sets) > 100_000
    assert time.process_time() - started < 60


def test_rules_that_cross_each_other_without_end_are_refused() -> None:
    rules = tuple(
        Rule(
            f"r{n}",
            True,
            "office",
            "servers",
            Box(4, (n, 9_000 + n), (9_000 - n, 18_000 - n), (n % 200, 255), (n, 60_000), (0, n)),
        )
        for n in range(1, 3_000)
    )
    started = time.process_time()
    with pytest.raises(NotEmittable) as refused:
        firewall(Ruleset(_OFFICE.zone_names, rules), _OFFICE, router_of(_OFFICE), 0)
    assert refused.value.reason == "entangled"
    assert time.process_time() - started < 120


def test_a_table_is_loaded_whole_or_not_at_all_and_touches_no_other() -> None:
    needs_namespaces()
    meant = firewall(_RULES, _OFFICE, router_of(_OFFICE), 0).table
    broken = replace(meant, sets=(*meant.sets, Set("broken", ("no_type",))))
    with namespace() as name:
        theirs = "table inet theirs {\nchain c {\ntype filter hook forward priority 0; policy accept;\ncounter\n}\n}\n"
        assert not nft(name, "-f", "-", text=theirs).returncode
        assert not nft(name, "-j", "-f", "-", text=as_json(meant)).returncode
        before = tables(nft(name, "-j", "list", "ruleset").stdout)
        assert nft(name, "-j", "-f", "-", text=as_json(broken)).returncode
        assert tables(nft(name, "-j", "list", "ruleset").stdout) == before
        assert [one.name for one in before] == ["theirs", "limen"]
        assert _drift(name, meant) == []


def test_a_foreign_table_neither_hides_nor_makes_a_difference() -> None:
    needs_namespaces()
    meant = firewall(_RULES, _OFFICE, router_of(_OFFICE), 0).table
    foreign = as_json(replace(meant, family="ip", sets=(), chains=()))
    with namespace() as name:
        assert not nft(name, "-j", "-f", "-", text=foreign).returncode
        assert _drift(name, meant) == [{"where": "table inet limen", "was": "there", "is": ""}]
        assert not nft(name, "-j", "-f", "-", text=as_json(meant)).returncode
        assert _drift(name, meant) == []


def _drift(name: str, meant: Table) -> list[dict[str, str]]:
    told = Told(as_json(meant))
    listing = nft(name, "-j", "list", "table", FAMILY, TABLE)
    return differences(None if listing.returncode else listed(listing.stdout), intended(told), told.noted)


def _listing(*objects: object) -> str:
    return json.dumps({"nftables": list(objects)})


_TABLE = {"table": {"family": "inet", "name": "t"}}


def _chain(name: str, **more: object) -> dict[str, object]:
    return {"chain": {"family": "inet", "table": "t", "name": name, **more}}


def _rule(chain: str, *statements: object) -> dict[str, object]:
    return {"rule": {"family": "inet", "table": "t", "chain": chain, "expr": list(statements)}}


_BASE = _chain("base", type="filter", hook="forward", prio=0, policy="drop")
_LEGS = {"office": ("vlan10",), "servers": ("vlan20",)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"nftables": 1}',
        '{"nftables": [1]}',
        '{"nftables": [{"rule": 7}]}',
        "[" * 100_000,
        '{"nftables": [{"rule": {"family": "inet", "table": "t", "chain": "c", "expr": 7}}]}',
        '{"nftables": [{"table": {"family": "inet", "name": 7}}]}',
        _listing(_TABLE, _rule("nowhere", {"accept": None})),
        _listing(_TABLE, _chain("c", type="filter", hook="forward", prio="soon")),
        json.dumps({"nftables": [{"rule": {"family": "inet", "table": "t", "chain": "c", "expr": [{}]}}] * 3})[:-5],
    ],
)
def test_what_is_no_listing_is_refused(text: str) -> None:
    with pytest.raises(NotAListing):
        tables(text)


def test_chains_that_call_each_other_in_a_circle_are_refused() -> None:
    listed = _listing(
        _TABLE,
        _BASE,
        _chain("a"),
        _chain("b"),
        _rule("base", {"jump": {"target": "a"}}),
        *[_rule("a", {"jump": {"target": "b"}})] * 3,
        *[_rule("b", {"jump": {"target": "a"}})] * 3,
    )
    with pytest.raises(TooTangled):
        read(tables(listed), _LEGS, 0)


def test_chains_that_call_without_end_are_refused_in_bounds() -> None:
    chains = [_chain(f"c{n}") for n in range(16)]
    calls = [_rule(f"c{n}", {"jump": {"target": f"c{n + 1}"}}) for n in range(15) for _ in range(10)]
    listed = _listing(_TABLE, _BASE, *chains, _rule("base", {"jump": {"target": "c0"}}), *calls)
    started = time.process_time()
    with pytest.raises(TooTangled):
        read(tables(listed), _LEGS, 0)
    assert time.process_time() - started < 60


@pytest.mark.parametrize(
    "statement",
    [
        {"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 7}},
        {"match": {"op": "==", "left": {"payload": {"base": "nh", "offset": 0, "len": 8}}, "right": 7}},
        {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "tomorrow.example"}},
        {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@missing"}},
        {"match": {"op": "==", "left": {"&": [{"meta": {"key": "mark"}}, 1]}, "right": 1}},
        {"match": {"op": "weird", "left": {"meta": {"key": "l4proto"}}, "right": 6}},
        {"limit": {"rate": 5, "per": "second"}},
        {"xt": None},
        {"unheard-of": {"a": 1}},
    ],
)
def test_what_is_not_understood_lets_through_too_much_and_is_named(statement: dict[str, object]) -> None:
    """Before an accept it counts as met, and before a drop as not met."""
    opened = read(tables(_listing(_TABLE, _BASE, _rule("base", statement, {"accept": None}))), _LEGS, 0)
    packet = Box(4, (1, 1), (2, 2), (6, 6), (443, 443)).first("office", "servers")
    assert opened.ruleset.allows(packet)
    assert not opened.is_exact
    assert opened.notes[0].place == "inet t base 1"
    cut = read(
        tables(_listing(_TABLE, _BASE, _rule("base", statement, {"drop": None}), _rule("base", {"accept": None}))),
        _LEGS,
        0,
    )
    assert cut.ruleset.allows(packet)
    assert not cut.is_exact
