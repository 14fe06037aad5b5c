"""Why something gets from one place to another, or does not: what decides, by rule, and which flow would be needed.

    asked = question(network, "office", "erp", "https")
    explained(network, asked.way, today)

A place is a name of the network or an address, a service a name or `tcp/8443`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.network.compiling import Places, compiled
from limen.network.model import ANY_SERVICE, EVERYTHING, INSIDE, INTERNET, Host, Network, Never, Service, Way
from limen.network.packets import Box, Packet
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Piece, Regions
from limen.network.packets.spans import first_of, span_between
from limen.network.proof.forbidden import Forbidden
from limen.network.services import part_of


class UnknownPlaceError(LimenError):
    """There is no such zone, host, address or service."""


@dataclass(frozen=True, slots=True)
class Question:
    """A way, and the network in which it means something: with the addresses and services that were written out."""

    network: Network
    way: Way


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided by one rule, or by none (`rule_id` is ""): it is denied then. `packet` is one of them.

    `is_guarded`: it passes a firewall, which it does not within a zone whose hosts reach each other.
    """

    rule_id: str
    allows: bool
    packet: Packet
    is_guarded: bool = True


@dataclass(frozen=True, slots=True)
class Explained:
    """`answers` in the order of the rules, what none decides last; `nevers` are the statements about some of it.

    `is_exact` is false where rules overlap so much that some of it was not looked at.
    """

    answers: tuple[Answer, ...]
    nevers: tuple[Never, ...]
    is_exact: bool = True

    @property
    def is_allowed(self) -> bool | None:
        """All of it (True), nothing (False), or some (None)."""
        found = {one.allows for one in self.answers}
        return found.pop() if len(found) == 1 else None


def question(network: Network, source: str, destination: str, service: str) -> Question:
    """Raises UnknownPlaceError."""
    asked = network
    for name in dict.fromkeys((source, destination)):
        asked = _with_place(asked, name)
    if service != ANY_SERVICE and service not in asked.service_of:
        try:
            one = Service(service, (part_of(service),))
        except ValueError:
            raise UnknownPlaceError(*unknown("service", service, network.service_of, "write it as tcp/8443")) from None
        asked = replace(asked, services=(*asked.services, one))
    return Question(asked, Way((source,), (destination,), (service,)))


def _with_place(network: Network, name: str) -> Network:
    known = {INTERNET, INSIDE, EVERYTHING, *network.zone_of, *network.host_of}
    if name in known:
        return network
    try:
        address = ip_network(ip_address(name))
    except ValueError:
        raise UnknownPlaceError(*unknown("zone or host", name, known, "or write an address")) from None
    holding = (zone.name for zone in network.zones for one in zone.prefixes if one.overlaps(address))
    return replace(network, hosts=(*network.hosts, Host(name, next(holding, INTERNET), (address,))))


def explained(asked: Question, today: str) -> Explained:
    """What decides all that goes this way on this day (ISO 8601)."""
    network, way = asked.network, asked.way
    ruleset = compiled(network, today)
    regions, found, is_exact = Regions(ruleset), dict[tuple[str, bool], Answer](), True
    every = list(Places(network).boxes(way))
    for from_zone, to_zone, box in every:
        if from_zone == to_zone and not network.zone_of[from_zone].is_isolated:
            found.setdefault(("", False), Answer("", True, box.first(from_zone, to_zone), is_guarded=False))
            continue
        try:
            for span, position in regions.decided(span_between(from_zone, to_zone, box, regions.numbers)):
                rule = None if position is None else ruleset.rules[position]
                packet = first_of(span, ruleset.zones)
                answer = Answer(rule.id if rule else "", rule is not None and rule.allows, packet)
                found.setdefault((answer.rule_id, True), answer)
        except TooTangledError:
            is_exact = False
    order = {one.id: place for place, one in reversed(list(enumerate(ruleset.rules)))}
    answers = sorted(found.values(), key=lambda one: order.get(one.rule_id, len(ruleset.rules)))
    return Explained(tuple(answers), tuple(_about(network, every)), is_exact)


def _about(network: Network, every: list[tuple[str, str, Box]]) -> Iterator[Never]:
    """The statements that forbid some of it."""
    places, zones = Places(network), network.zone_names
    numbers = {name: number for number, name in enumerate(zones)}
    pieces = [Piece(span_between(*one, numbers), 0) for one in every]
    for never in network.nevers:
        forbidden = Forbidden.by(network, places, never.way, lambda *_: True)
        if any(forbidden.of(piece, zones) for piece in pieces):
            yield never
