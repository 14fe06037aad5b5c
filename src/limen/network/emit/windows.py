"""What the firewall of one host with Windows is told: what may come to it, and what may go from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from limen.network.compiling import Places, compiled
from limen.network.emit.aerleon import INET, Filter, set_names, split, written
from limen.network.emit.nft_enforced import within
from limen.network.emit.ordered import lines_of
from limen.network.emit.read_back import Told, refuse_unequal
from limen.network.emit.sayable import SPEECHES, sayable
from limen.network.model import Firewall, Network
from limen.network.packets import Box, Interval, Rule, Ruleset
from limen.network.packets.box import TCP
from limen.network.reading.reading import Reading
from limen.network.reading.windows import Machine, read_windows

_MOST_SOURCES: Final = 200
"""Of one command of `netsh`, which takes 8,191 letters."""
MANAGEMENT: Final = "management-by-rdp-and-winrm"
REMOTE_PORTS: Final = (3_389, 5_985, 5_986)
"""RDP and WinRM."""
CORE: Final = 'netsh advfirewall firewall set rule group="Core Networking" new enable=yes'
"""Without these rules of its own a machine gets no address and finds no neighbour."""
_BEFORE: Final = (
    'netsh advfirewall export "%ProgramData%\\limen-before.wfw"',
    "netsh advfirewall firewall set rule name=all new enable=no",
    CORE,
)
_CORE_NOTE: Final = "Beside what is said, Windows' own rules of the group Core Networking stay in force."
_BEHIND: Final = (
    "netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound",
    "netsh advfirewall set allprofiles state on",
)


def told_windows(network: Network, firewall: Firewall, today: str) -> Told:
    places = Places(network)
    host = network.host_of[firewall.host]
    own = tuple((family, interval) for _, family, interval in places.of(host.name))
    everywhere = {name: [(family, each) for _, family, each in places.of(name)] for name in network.zone_names}
    machine = Machine(host.zone, own, everywhere)
    rules, unfit = sayable(list(_of_machine(network, machine, today)), SPEECHES["windows"])
    by_way: dict[str, list[Rule]] = {"in": [], "out": []}
    for one in rules:
        by_way["in" if _is_to(one, own) else "out"].append(one)
    filters = [
        Filter(
            f"{way} {word}",
            tuple(each for line in lines_of(_of_family(some, family)) for each in split(line, _MOST_SOURCES)),
        )
        for way, some in by_way.items()
        for family, word in INET.items()
    ]
    said = written("windows", filters, set_names(network))
    text = "\n".join((*_BEFORE, said.strip(), *_BEHIND, ""))
    meant = Ruleset(network.zone_names, tuple(rules))

    def read(other: str) -> Reading:
        return read_windows(other, machine=machine)

    refuse_unequal(read(text), meant, "windows", [CORE])
    return Told(text, meant, unfit, read, (_CORE_NOTE,))


def _of_family(rules: Iterable[Rule], family: int) -> Iterator[Rule]:
    return (one for one in rules if one.box.family == family)


def _is_to(rule: Rule, own: Sequence[tuple[int, Interval]]) -> bool:
    low, high = rule.box.destination
    return any(family == rule.box.family and first <= low and high <= last for family, (first, last) in own)


def _of_machine(network: Network, machine: Machine, today: str) -> Iterator[Rule]:
    """What may come to it and go from it. Blocks first, as everywhere; those of Windows win whatever their order."""
    places = Places(network)
    rules = compiled(network, today).rules
    remote = [
        Rule(MANAGEMENT, True, zone.name, machine.zone, Box(family, interval, mine, (TCP, TCP), (port, port)))
        for zone in network.zones
        if zone.kind == "management"
        for _, family, interval in places.of(zone.name)
        for other, mine in machine.own
        if family == other
        for port in REMOTE_PORTS
    ]
    blocks, flows = ([one for one in rules if one.allows is allows] for allows in (False, True))
    for one in (*blocks, *within(places, network, machine.zone), *flows, *remote):
        for is_inward in (True, False):
            for zone, whole in machine.ways[one.box.family, is_inward]:
                way = (zone, machine.zone) if is_inward else (machine.zone, zone)
                if one.is_between(*way) and (met := one.box.meets(whole)) is not None:
                    yield replace(one, from_zone=way[0], to_zone=way[1], box=met)
