"""Which connections a canary tries: those to where apps are behind the gateway, and for each other zone one that must
not pass and one that must, held against the same rules as every proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from ipaddress import ip_address
from itertools import zip_longest
from random import Random
from typing import Final

from limen.network.compiling import compiled
from limen.network.model import EVERYTHING, INSIDE, Firewall, Host, Network, Way
from limen.network.packets.box import TCP
from limen.network.packets.ruleset import ANYWHERE, Rule
from limen.network.probes.model import MOST_PROBES, Probe
from limen.network.probes.upstreams import Upstream

MOST_HOSTS: Final = 3
"""Of one zone in a round; which they are changes."""
MOST_OF_APPS: Final = MOST_PROBES // 2
"""Of a round; the others are for zones."""
ADMINISTRATIVE: Final = (22, 3389, 445, 5985, 5432, 1433, 3306, 443)
"""Ports of TCP by which computers are administered and databases asked."""
_TCP: Final = (TCP, TCP)


def chosen(
    network: Network, firewall: Firewall, today: str, random: Random, apps: Sequence[Upstream] = ()
) -> tuple[Probe, ...]:
    """For the host that this firewall guards, on this day (ISO 8601). Not tried is what is on trial, and what no other
    firewall than the canary's own is to deny. Of `apps` those that are stated hosts; where they are too many for one
    round, others each time.
    """
    choosing = _Choosing(network, firewall, today)
    zones = [one.name for one in network.zones if one.name != choosing.canary.zone]
    random.shuffle(zones)
    of_zones = [list(choosing.probes(zone, random)) for zone in zones]
    of_apps = list(choosing.to_apps(apps))
    first = random.sample(of_apps, min(MOST_OF_APPS, len(of_apps)))
    in_turn = (one for each in zip_longest(*of_zones) for one in each if one is not None)
    return tuple(list(dict.fromkeys((*first, *in_turn)))[:MOST_PROBES])


def is_denied(network: Network, today: str, probe: Probe) -> bool:
    """Whether it is to be denied by the rules of now."""
    rule = compiled(network, today).decides(probe.packet)
    return rule is None or not rule.allows


class _Choosing:
    def __init__(self, network: Network, firewall: Firewall, today: str) -> None:
        self._network, self._firewall = network, firewall
        self._rules = compiled(network, today).rules
        self.canary = network.host_of[firewall.host]

    def probes(self, zone: str, random: Random) -> Iterator[Probe]:
        hosts = [one for one in self._network.hosts if one.zone == zone]
        for host in random.sample(hosts, min(MOST_HOSTS, len(hosts))):
            pairs = list(self._pairs(host))
            if not pairs:
                continue
            source, destination = random.choice(pairs)
            ways = (self._denied(host, source, destination), self._let_through(host, source, destination))
            yield from (one for one in ways if one is not None)

    def to_apps(self, apps: Iterable[Upstream]) -> Iterator[Probe]:
        """Straight to each that is in another zone, whether that is to be denied or not."""
        for app in apps:
            host = app.host_in(self._network)
            if host is None or host.zone == self.canary.zone or not app.port:
                continue
            for source, destination in self._pairs(host):
                rule = self._decides(probe := self._probe(host, source, destination, app.port, ""))
                if rule is not None and rule.is_trial:
                    continue
                if rule is not None and rule.allows:
                    yield replace(probe, must_pass=True, because=rule.id)
                elif self._is_held_by_others(host):
                    yield probe

    def _pairs(self, host: Host) -> Iterator[tuple[str, str]]:
        for one in self.canary.addresses:
            for other in host.addresses:
                if one.version == other.version and one != other:
                    yield str(one.network_address), str(other.network_address)

    def _denied(self, host: Host, source: str, destination: str) -> Probe | None:
        if not self._is_held_by_others(host):
            return None
        nevers = [(port, never.id) for never in self._network.nevers for port in self._ports_of(never.way, host)]
        others = [(port, "") for port in (*self._served(host.zone, destination), *ADMINISTRATIVE)]
        for port, never_id in (*nevers, *others):
            probe = self._probe(host, source, destination, port, never_id)
            rule = self._decides(probe)
            if rule is None or not rule.allows:
                return probe
        return None

    def _let_through(self, host: Host, source: str, destination: str) -> Probe | None:
        number = int(ip_address(destination))
        for rule in self._towards[host.zone]:
            is_one = rule.box.protocol == _TCP and rule.box.port[0] == rule.box.port[1]
            if rule.allows and not rule.is_trial and is_one and _holds(rule.box.destination, number):
                probe = self._probe(host, source, destination, rule.box.port[0], rule.id, must_pass=True)
                if self._decides(probe) is rule:
                    return probe
        return None

    def _probe(
        self, host: Host, source: str, destination: str, port: int, because: str, *, must_pass: bool = False
    ) -> Probe:
        return Probe(self.canary.zone, host.zone, host.name, source, destination, port, must_pass, because)

    def _decides(self, probe: Probe) -> Rule | None:
        packet = probe.packet
        return next((one for one in self._towards[probe.to_zone] if one.box.holds(packet)), None)

    def _is_held_by_others(self, host: Host) -> bool:
        """Whether some other firewall stands on the way."""
        pair = {self.canary.zone, host.zone}
        return any(
            one.host == host.name or (not one.host and pair <= {*one.zones})
            for one in self._network.firewalls
            if one.name != self._firewall.name
        )

    def _ports_of(self, way: Way, host: Host) -> Iterator[int]:
        """Single ports of TCP that a statement names, where it is about the way to this host."""
        if _names(way.sources, self.canary) and _names(way.destinations, host):
            for name in way.services:
                service = self._network.service_of.get(name)
                for part in service.parts if service is not None else ():
                    if part.protocol == _TCP and part.ports[0]:
                        yield part.ports[0]

    def _served(self, zone: str, destination: str) -> list[int]:
        """Where the host listens as far as flows say: what refuses there is no port that nobody listens at."""
        number = int(ip_address(destination))
        found = (
            rule.box.port[0]
            for rule in self._rules
            if rule.allows and not rule.is_trial and rule.to_zone == zone and rule.box.protocol == _TCP
            if rule.box.port[0] == rule.box.port[1] and _holds(rule.box.destination, number)
        )
        return list(dict.fromkeys(found))

    @cached_property
    def _towards(self) -> dict[str, list[Rule]]:
        """By zone the rules that packets of the canary's zone meet, in their order."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self._rules:
            if rule.from_zone in {ANYWHERE, self.canary.zone}:
                for zone in [rule.to_zone] if rule.to_zone else self._network.zone_names:
                    found[zone].append(rule)
        return found


def _names(names: Iterable[str], host: Host) -> bool:
    return not {host.name, host.zone, INSIDE, EVERYTHING}.isdisjoint(names)


def _holds(interval: Sequence[int], number: int) -> bool:
    return interval[0] <= number <= interval[1]
