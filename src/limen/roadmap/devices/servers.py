"""The servers of the company, each with the agent on it and what the EDR hears of it. Pure.

They are known from elsewhere than what watches them: those that enrolled for SSH, and the hosts that network.yaml has
in zones of servers. By name alone a server is known to an EDR, so of two with one name nobody can say which is meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.devices.model import Held
from limen.devices.signals.hosts_store import SensorHost, short_name
from limen.network.model import Network
from limen.roadmap.devices.seen import LIVE
from limen.roadmap.evidence import Evidence

OF_SERVERS: Final = frozenset({"server", "domain", "finance", "backup", "dmz"})
"""Kinds of zones whose hosts are servers."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server. `held` is the agent on it, None where there is none; `heard` when each EDR heard of it (negative: its
    sensor has stopped). `is_ambiguous`: several servers or agents are called so.
    """

    id: str
    name: str
    page: str
    held: Held | None = None
    heard: tuple[Instant, ...] = ()
    is_ambiguous: bool = False


def servers(evidence: Evidence, sensors: Iterable[str]) -> tuple[Server, ...]:
    """All that are known of; `sensors` are the names of the sources that promise a sign of life."""
    stated = list(_stated(evidence))
    called = Counter(short_name(name) for _, name, _ in stated)
    agents: defaultdict[str, list[Held]] = defaultdict(list)
    for held in () if evidence.devices.known is None else evidence.devices.known.held:
        if held.device.state in LIVE:
            agents[short_name(held.device.name)].append(held)
    named = frozenset(sensors)
    found = []
    for id_, name, page in stated:
        short = short_name(name)
        own = agents.get(short, [])
        is_ambiguous = called[short] > 1 or len(own) > 1
        agent = own[0] if own and not is_ambiguous else None
        heard = () if is_ambiguous else tuple(_heard(evidence, agent, short, named))
        found.append(Server(id_, name, page, agent, heard, is_ambiguous))
    return tuple(found)


def of_no_server(evidence: Evidence, sensors: Iterable[str]) -> Iterator[SensorHost]:
    """Hosts that an EDR hears of, and that are neither a server nor a device here."""
    names, named = {short_name(name) for _, name, _ in _stated(evidence)}, frozenset(sensors)
    for one in evidence.devices.sensor_hosts or ():
        if one.source in named and one.name not in names:
            yield one


def _stated(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """The id, name and page of each; one that enrolled for SSH and stands in network.yaml is one."""
    enrolled = evidence.devices.servers or {}
    yield from ((id_, name, "/console/ssh") for id_, name in sorted(enrolled.items()))
    network, known = evidence.network.network or Network(()), {short_name(name) for name in enrolled.values()}
    for host in network.hosts:
        if network.zone_of[host.zone].kind in OF_SERVERS and short_name(host.name) not in known:
            yield f"host:{host.name}", host.name, f"/console/network/zones/{host.zone}"


def _heard(evidence: Evidence, held: Held | None, short: str, sensors: frozenset[str]) -> Iterator[Instant]:
    for name, at in {} if held is None else held.posture.sensors.items():
        if name in sensors and at:
            yield at
    yield from (
        one.heard_at for one in evidence.devices.sensor_hosts or () if one.source in sensors and one.name == short
    )
