"""The firewall of one server, as the same table `inet limen`: what may come to it and what may go from it, by the same
rules as between zones, so that servers beside each other on one wire are held apart too.

Whose a packet is, its addresses say: a server has one wire, and no zone of its own at it. So what comes from addresses
of somebody else's is only as sure as the wire is. What is neither let through by the network nor opened ends denied,
in both directions. Ports of containers that it publishes are held to what may come to it. SSH from zones of kind
`management` comes after blocks and flows, so that a block can take it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from limen.clock import Instant
from limen.network.compiling import Places
from limen.network.emit.nft_chains import DENIED, host_chains, host_denying_chains, host_sets
from limen.network.emit.nft_enforced import OTHER_ICMP, within
from limen.network.emit.nft_live import BEGUN, host_standing_chains, marked
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_published import published_chains
from limen.network.emit.nft_router import LOG_GROUP, NotEmittable, Router, check_names
from limen.network.emit.nft_sets import OF_FAMILY, Lookup
from limen.network.emit.nftables import FAMILY, TABLE, Emission, deciding, timed
from limen.network.model import Host, Network
from limen.network.nft.tree import ACCEPT, Chain, Line, Table, goto
from limen.network.packets.box import LAST_ADDRESS, TCP, Box, every_packet
from limen.network.packets.disjoint import Entangled
from limen.network.packets.ruleset import ANYWHERE, Rule, Ruleset

HERE: Final = "here"
"""The one side of a server that packets come from and go to."""
INWARD: Final = "inward"
OUTWARD: Final = "outward"
MANAGEMENT: Final = "management-by-ssh"
_SSH: Final = (22, 22)
_NOWHERE: Final = Router({HERE: ("",)})


def host_firewall(ruleset: Ruleset, network: Network, host: Host, now: Instant) -> Emission:
    """The table. A NotEmittable where there is none: then nothing may be loaded."""
    check_names(Router({}), ruleset.rules)
    of = {INWARD: to_host(ruleset, network, host), OUTWARD: from_host(ruleset, network, host)}
    opened: list[Lookup] = []
    sets, chains = [], []
    try:
        for way, rules in of.items():
            lasting = [one for one in rules.rules if one.until is None and one.id != OTHER_ICMP]
            held, decided = deciding(way, lasting, LOG_GROUP)
            its = list(host_openings(way, list(timed(rules.rules)), now))
            opened += its
            sets += [*held, *(one.set for one in its)]
            lines = (*_other_icmp(), *decided.lines, *(Line((*one.matches, BEGUN, ACCEPT)) for one in its))
            chains.append(Chain(way, (*lines, Line((goto(DENIED),)))))
            if way == INWARD:
                chains += published_chains(chains[-1].lines)
    except Entangled as problem:
        raise NotEmittable("entangled", "rules overlap each other too much") from problem
    first = (*host_standing_chains(opened), *host_denying_chains(LOG_GROUP))
    table = Table(FAMILY, TABLE, (*host_sets(), *sets), (*first, *chains, *host_chains(INWARD, OUTWARD)))
    return Emission(marked(table), (), any(one.id == MANAGEMENT for one in of[INWARD].rules))


def to_host(ruleset: Ruleset, network: Network, host: Host) -> Ruleset:
    """What the server takes: its chain `inward` must read back as this."""
    return _of_host(ruleset, network, host, is_inward=True)


def from_host(ruleset: Ruleset, network: Network, host: Host) -> Ruleset:
    """What the server sends by itself: its chain `outward` must read back as this."""
    return _of_host(ruleset, network, host, is_inward=False)


def host_openings(way: str, rules: Sequence[Rule], now: Instant) -> Iterator[Lookup]:
    """What is open for a while to the server, or from it: the sets are there when nothing is."""
    for one in openings(way, [(HERE, rule) for rule in rules], _NOWHERE, now):
        yield _without_interface(one)


def _of_host(ruleset: Ruleset, network: Network, host: Host, *, is_inward: bool) -> Ruleset:
    places = Places(network)
    own = [(family, interval) for _, family, interval in places.of(host.name)]
    rules = [*within(places, network, host.zone), *(one for one in ruleset.rules if one.until is None)]
    rules += [*(_management(places, network, host) if is_inward else ())]
    rules += [one for one in ruleset.rules if one.until is not None]
    cut: list[Rule] = [
        Rule(
            OTHER_ICMP, False, ANYWHERE, ANYWHERE, every_packet(family)._replace(protocol=(OF_FAMILY[10 - family],) * 2)
        )
        for family in LAST_ADDRESS
    ]
    for rule in rules:
        zone = rule.to_zone if is_inward else rule.from_zone
        for family, interval in own if zone in {ANYWHERE, host.zone} else ():
            side = rule.box._replace(destination=interval) if is_inward else rule.box._replace(source=interval)
            if family == rule.box.family and (box := rule.box.meets(side)) is not None:
                cut.append(replace(rule, from_zone=ANYWHERE, to_zone=ANYWHERE, box=box))
    return Ruleset((HERE,), tuple(cut))


def _management(places: Places, network: Network, host: Host) -> Iterator[Rule]:
    for zone in network.zones:
        for _, family, interval in places.of(zone.name) if zone.kind == "management" else ():
            box = Box(family, interval, (0, LAST_ADDRESS[family]), (TCP, TCP), _SSH)
            yield Rule(MANAGEMENT, True, zone.name, host.zone, box)


def _other_icmp() -> list[Line]:
    return [
        Line(
            (
                {"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": name}},
                {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": OF_FAMILY[10 - family]}},
                goto(DENIED),
            )
        )
        for family, name in ((6, "ipv6"), (4, "ipv4"))
    ]


def _without_interface(one: Lookup) -> Lookup:
    """A set of what is open, of packets that go through no interface but the one."""
    at = one.set.types.index("ifname")
    elements = tuple(replace(each, key=each.key[:at] + each.key[at + 1 :]) for each in one.set.elements)
    held = replace(one.set, types=one.set.types[:at] + one.set.types[at + 1 :], elements=elements)
    (match,) = (each["match"] for each in one.matches)
    fields = [each for number, each in enumerate(match["left"]["concat"]) if number != at]
    return Lookup(held, ({"match": {**match, "left": {"concat": fields}}},))
