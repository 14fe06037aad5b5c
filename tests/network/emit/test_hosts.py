"""The firewall of one server: what is in it, that it reads back as what was meant, and two servers on one switch."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.golden import Expected
from tests.network.equal import differs
from tests.network.flat import Flat, flat
from tests.network.lab import needs_namespaces, nft
from tests.network.live import goes_on, lasts
from tests.network.networks import HTTPS, PING, SSH, flow, host, way, zone
from tests.network.policies import address, network, ruleset

from limen.clock import SystemClock
from limen.network.compiling import compiled
from limen.network.emit.hosts import INWARD, MANAGEMENT, OUTWARD, from_host, host_firewall, to_host
from limen.network.model import Block, Network
from limen.network.nft.as_json import as_json
from limen.network.nft.as_text import as_text
from limen.network.nft.listing import tables
from limen.network.nft.tree import Hook, Table
from limen.network.packets import Box, Packet, Rule, Ruleset
from limen.network.reading.nft import read

_TODAY, _NOW = "2026-11-27", 1_000_000
_ZONES = (
    zone("office", "workstation", 10),
    replace(zone("servers", "server", 20), is_isolated=True),
    zone("admins", "management", 50),
)
_DB, _WEB = host("db", "servers", "10.20.0.10", "fd00:20::10"), host("web", "servers", "10.20.0.11", "fd00:20::11")
_FLAT = Network(
    _ZONES, (_DB, _WEB), (HTTPS, SSH, PING), (flow("site", way("office", "web")), flow("data", way("web", "db")))
)


def flat_network() -> Network:
    """From the office to the site, and from there to its data; both servers are in one zone, which is isolated."""
    return _FLAT


_LEGS = {"here": ("eth0",)}


def table_of(of: Network, name: str, *openings: Rule, now: int = _NOW) -> Table:
    rules = compiled(of, _TODAY)
    rules = replace(rules, rules=(*rules.rules, *openings))
    return host_firewall(rules, of, of.host_of[name], now).table


def _chain_alone(table: Table, name: str) -> Table:
    """With one chain where the hook is: what stands before it lets through what is no rule of the network's."""
    chains = [replace(one, hook=None) for one in table.chains if one.name not in {"input", "output"}]
    hook = Hook("filter", "input", 0, "drop")
    return replace(table, chains=tuple(replace(one, hook=hook) if one.name == name else one for one in chains))


@pytest.mark.parametrize("seed", range(6))
def test_it_reads_back_as_what_was_meant(seed: int) -> None:
    numbers = random.Random(seed)
    of = network(numbers)
    one = host("one", "servers", *["10.20.0.10", "fd00:20::10"][: len(of.zone_of["servers"].prefixes)])
    of, rules = replace(of, hosts=(one,)), ruleset(numbers, of, 10)
    table = host_firewall(rules, of, one, _NOW).table
    for name, meant in ((INWARD, to_host(rules, of, one)), (OUTWARD, from_host(rules, of, one))):
        back = read([_chain_alone(table, name)], _LEGS, _NOW, "input")
        assert back.is_exact, back.notes
        assert differs(meant, back.ruleset) is None


def test_without_one_element_it_does_not_read_back_as_that() -> None:
    table = table_of(_FLAT, "db")
    sets = tuple(replace(one, elements=()) if one.name == "inward.1.ports6" else one for one in table.sets)
    assert sets != table.sets
    back = read([_chain_alone(replace(table, sets=sets), INWARD)], _LEGS, _NOW, "input").ruleset
    packet = differs(to_host(compiled(_FLAT, _TODAY), _FLAT, _DB), back)
    assert packet is not None
    assert packet.family == 6


def test_a_table_for_people(expected: Expected) -> None:
    expected(as_text(table_of(_FLAT, "db")))


def test_a_zone_that_is_not_isolated_reaches_its_servers_and_management_does_by_ssh_unless_it_is_blocked() -> None:
    open_ = replace(_FLAT, zones=(_ZONES[0], zone("servers", "server", 20), _ZONES[2]))
    beside = Packet("here", "here", 4, address("servers", 4, 99), address("servers", 4, 10), 6, 9_999)
    admin = Packet("here", "here", 4, (10 << 24) + (50 << 16) + 7, address("servers", 4, 10), 6, 22)

    def lets(of: Network, packet: Packet) -> bool:
        return to_host(compiled(of, _TODAY), of, _DB).allows(packet)

    assert (lets(open_, beside), lets(_FLAT, beside)) == (True, False)
    assert (lets(_FLAT, admin), lets(_FLAT, admin._replace(port=443))) == (True, False)
    blocked = replace(_FLAT, blocks=(Block("no-ssh", way("admins", "db", "ssh"), "-"),))
    assert not lets(blocked, admin)
    assert MANAGEMENT in {one.id for one in to_host(compiled(_FLAT, _TODAY), _FLAT, _DB).rules}


# In a real kernel


@pytest.fixture(scope="module")
def hosts() -> Iterator[Flat]:
    needs_namespaces()
    addresses = {
        "db": ("10.20.0.10", "fd00:20::10"),
        "web": ("10.20.0.11", "fd00:20::11"),
        "old": ("10.20.0.12", "fd00:20::12"),
        "desk": ("10.10.0.10", "fd00:10::10"),
        "admin": ("10.50.0.10", "fd00:50::10"),
    }
    with flat(addresses, (22, 443, 3389)) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("family", [4, 6])
def test_servers_on_one_switch_reach_each_other_as_flows_say(hosts: Flat, family: int) -> None:
    for name in ("db", "web"):
        nft(hosts.at(name), "flush", "ruleset")
    assert all(hosts.reaches(one, "db", family, 3389) for one in ("web", "old", "desk"))
    for name in ("db", "web"):
        hosts.load(name, as_json(table_of(_FLAT, name)))
    hosts.forget_neighbours()
    seen = {
        (one, other, port)
        for one in ("db", "web", "old", "desk", "admin")
        for other in ("db", "web", "old")
        for port in (22, 443, 3389)
        if one != other and hosts.reaches(one, other, family, port)
    }
    unguarded = {(one, "old", port) for one in ("desk", "admin") for port in (22, 443, 3389)}
    assert seen == {("desk", "web", 443), ("web", "db", 443), ("admin", "db", 22), ("admin", "web", 22), *unguarded}


@pytest.mark.slow
@pytest.mark.parametrize("family", [4, 6])
def test_an_opening_to_a_server_ends_with_its_connection(hosts: Flat, family: int) -> None:
    box = Box(family, *((int(address(one, family, 10)),) * 2 for one in ("office", "servers")), (6, 6), (3389, 3389))
    now = SystemClock().now()
    hosts.load("db", as_json(table_of(_FLAT, "db", Rule("door", True, "office", "servers", box, now + 2_900), now=now)))
    assert not hosts.reaches("web", "db", family, 3389)
    with hosts.connect("desk", "db", family, 3389) as live:
        assert goes_on(live)
        assert 1.0 < lasts(live, 10) < 3.5
    assert not hosts.reaches("desk", "db", family, 3389)


@pytest.mark.slow
def test_the_kernel_lists_what_was_meant(hosts: Flat) -> None:
    table = table_of(_FLAT, "web")
    hosts.load("web", as_json(table))
    (found,) = tables(nft(hosts.at("web"), "-j", "list", "ruleset").stdout)
    for name, meant in ((INWARD, to_host), (OUTWARD, from_host)):
        back = read([_chain_alone(found, name)], _LEGS, _NOW, "input")
        assert differs(meant(compiled(_FLAT, _TODAY), _FLAT, _WEB), back.ruleset) is None
    assert {one.name: one.lines for one in found.chains} == {one.name: one.lines for one in table.chains}


def test_rules_of_others_are_none_of_its() -> None:
    every = Ruleset(_FLAT.zone_names, (Rule("all", True, "office", "admins", Box(4, (0, 9), (0, 9))),))
    assert not [one for one in to_host(every, _FLAT, _DB).rules if one.id == "all"]
