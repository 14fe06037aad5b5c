"""N1: every address that is seen is in a zone, and people, servers, things, guests and management have their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from limen.clock import DAY, Instant
from limen.network.learning.counting import ELSEWHERE
from limen.network.model import INTERNET, Network
from limen.network.packets import address_of
from limen.network.zones_by_address import ZonesByAddress
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.network.rules_in_force import NO_NETWORK

SEEN_FOR: Final = 30 * DAY
TOLD_WITHIN: Final = 2 * DAY
"""Firewalls that told of no connection for longer are silent: people work, and things talk, every day."""
AT_LEAST: Final = 0.99
KINDS: Final = {
    "workstations": frozenset({"workstation"}),
    "servers": frozenset({"server", "cloud"}),
    "things": frozenset({"iot"}),
    "guests": frozenset({"guest"}),
    "management": frozenset({"management"}),
}
_MAP: Final = "/console/network"
_NOTHING_SEEN: Final = (
    "no firewall tells which connections begin: have one follow Limen first (Network, Firewalls), or read a log with "
    "`limen learn`"
)


def measure(evidence: Evidence) -> Iterator[Part]:
    known = evidence.network
    network = known.network or Network(())
    missing = NO_NETWORK if known.network is None else ""
    yield Part(
        "addresses seen in the last 30 days that are in a zone",
        tuple(_rows(network, _seen(evidence))),
        at_least=AT_LEAST,
        grade=Grade.MEASURED,
        missing=missing or ("" if _is_told(evidence) else _NOTHING_SEEN),
    )
    yield Part(
        "kinds of zones that are stated",
        tuple(_kind(network, name, kinds) for name, kinds in KINDS.items()),
        grade=Grade.IMPORTED,
        missing=missing,
    )


def _is_told(evidence: Evidence) -> bool:
    """Whether firewalls have told of connections lately: what they saw long ago says nothing of who is there now."""
    newest = max((contact.day for contact in evidence.network.seen or ()), default=0)
    return newest >= (evidence.at - TOLD_WITHIN) // DAY


def _seen(evidence: Evidence) -> set[tuple[int, int]]:
    """Family and number of what spoke, and of what answered: what nothing came through to may be nobody's."""
    first: Instant = evidence.at - SEEN_FOR
    found: set[tuple[int, int]] = set()
    for contact, tally in (evidence.network.seen or {}).items():
        if contact.day >= first // DAY:
            found.add((contact.family, contact.source))
            found |= {(contact.family, contact.destination)} if tally.count > tally.refused else set()
    for written in evidence.network.signed_in_from:
        try:
            address = ip_address(written)
        except ValueError:
            continue
        found.add((address.version, int(address)))
    return {one for one in found if one[1] != ELSEWHERE}


def _rows(network: Network, seen: set[tuple[int, int]]) -> Iterator[Row]:
    """A row for each zone with all that was seen in it, and one for each address in none."""
    places, in_zone = ZonesByAddress(network), Counter[str]()
    for family, number in sorted(seen):
        zone, address = places.zone_at(family, number), address_of(family, number)
        if zone != INTERNET:
            in_zone[zone] += 1
        elif not (places.is_elsewhere(family, number) or address.is_loopback or address.is_link_local):
            why = "it is in no zone of network.yaml"
            yield Row(f"address:{address}", str(address), False, why, "/console/network/file", is_personal=True)
    for name, count in sorted(in_zone.items()):
        yield Row(f"zone:{name}", name, True, "", f"{_MAP}/zones/{name}", count)


def _kind(network: Network, name: str, kinds: frozenset[str]) -> Row:
    its = sorted(one.name for one in network.zones if one.kind in kinds)
    page = f"{_MAP}/zones/{its[0]}" if its else "/console/network/file"
    return Row(f"kind:{name}", name, bool(its), "" if its else "no zone of this kind is stated", page)


CONTROL: Final = Control(
    id="N1",
    phase=Phase.NETWORK,
    title="Functional zones",
    demands="Every address on the network is in one named zone, and each function has a zone of its own.",
    figure="addresses seen in the last 30 days that are in exactly one named zone",
    closes="It is 99 % of them, and workstations, servers, things, guests and management each have a zone.",
    why="On a flat network one infected machine reaches every other.",
    how="State the zones that are missing in network.yaml, and have a firewall that follows Limen tell what it sees.",
    page=_MAP,
    minutes=120,
    weight=4,
    measure=measure,
)
