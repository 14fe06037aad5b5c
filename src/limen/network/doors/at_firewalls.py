"""Open doors at the firewalls that follow Limen: elements of their sets, which the kernel ends by itself."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from limen.clock import Clock, Instant
from limen.network.doors.doors import Doors
from limen.network.emit.hosts import INWARD, OUTWARD, from_host, host_openings, to_host
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import NotEmittable, router_of
from limen.network.emit.nft_sets import Lookup
from limen.network.firewalls.followers import Followers, Opened
from limen.network.learning.flows import ends_of
from limen.network.model import NFTABLES, Firewall, Network
from limen.network.nft.as_json import field
from limen.network.packets import address_of
from limen.network.packets.box import Box
from limen.network.packets.ruleset import Rule, Ruleset

_log = logging.getLogger(__name__)


def elements(network: Network, rules: Sequence[Rule], now: Instant) -> Iterator[Opened]:
    """What opens these at each firewall that has a leg on both sides, and at each host that guards itself and is one of
    the two ends. Where two doors open the same, the longer counts. Raises NotEmittable.
    """
    named = [replace(rule, id=f"door-{number}") for number, rule in enumerate(rules) if rule.until is not None]
    until = {rule.id: rule.until for rule in named if rule.until is not None}
    for one in network.firewalls:
        if one.kind == NFTABLES:
            its = _at_host if one.host else _at_router
            yield from _opened(one.name, its(network, one, named, now), until)


def _at_router(network: Network, firewall: Firewall, rules: Sequence[Rule], now: Instant) -> Iterator[Lookup]:
    router = router_of(
        network, (), firewall.name if firewall.name in network.host_of else "", zones=firewall.zones or None
    )
    of_zone: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
    for rule in rules:
        if rule.from_zone in router.legs and rule.to_zone in router.legs:
            of_zone[rule.from_zone].append((rule.to_zone, rule))
    for zone, its in of_zone.items():
        yield from openings(zone, its, router, now)


def _at_host(network: Network, firewall: Firewall, rules: Sequence[Rule], now: Instant) -> Iterator[Lookup]:
    host, opened = network.host_of[firewall.host], Ruleset(network.zone_names, tuple(rules))
    for way, cut in ((INWARD, to_host), (OUTWARD, from_host)):
        its = [one for one in cut(opened, network, host).rules if one.until is not None]
        yield from host_openings(way, its, now)


def _opened(firewall: str, lookups: Iterable[Lookup], until: Mapping[str, Instant]) -> Iterator[Opened]:
    for lookup in lookups:
        for element in lookup.set.elements:
            value = tuple(field(type_, one) for type_, one in zip(lookup.set.types, element.key, strict=True))
            intervals = [one for one in element.key if not isinstance(one, str)]
            family = 4 if lookup.set.name.endswith("4") else 6
            mark = sha256(repr((firewall, lookup.set.name, value)).encode()).hexdigest()[:24]
            box = Box(family, *intervals)
            yield Opened(f"door-{mark}", firewall, lookup.set.name, value, until[element.comment], box)


class AtFirewalls:
    """Tells followers of every door that opens or closes. Used on the event loop alone."""

    def __init__(self, doors: Doors, followers: Followers, network: Callable[[], Network], clock: Clock) -> None:
        self._doors, self._followers, self._network, self._clock = doors, followers, network, clock
        self._told: dict[str, Opened] = {}
        doors.watch(self.tell)

    def tell(self) -> None:
        """Have firewalls open what is open now, and close all else. What can't be said of a firewall is not opened."""
        wanted = self._wanted()
        gone = [id_ for id_ in self._told if id_ not in wanted]
        begun = [one for id_, one in wanted.items() if self._told.get(id_) != one]
        self._told = wanted
        if gone:
            self._followers.close(*gone)
        if begun:
            try:
                self._followers.open(*begun)
            except ValueError as error:
                self._told = {id_: one for id_, one in wanted.items() if one not in begun}
                _log.warning("a door could not be opened at a firewall: %s", error)

    def moved(self, firewall: str, address: str) -> None:
        """A firewall sees another machine at an address: it is believed where something is open there for that."""
        ends = ends_of(address, address)
        if ends is None:
            return
        of = ends.family, (ends.source, ends.source)
        if any(one.firewall == firewall and (one.box.family, one.box.source) == of for one in self._told.values()):
            self._doors.moved(str(address_of(ends.family, ends.source)))

    def _wanted(self) -> dict[str, Opened]:
        try:
            return {one.id: one for one in elements(self._network(), self._doors.rules(), self._clock.now())}
        except NotEmittable as error:
            _log.warning("doors can't be opened at the firewalls, so none is: %s", error)
            return {}
