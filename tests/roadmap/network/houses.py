"""Harbor's network as evidence has it: all is as it should be, and tests take something away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.network.learning.seen import AT, contact, tally
from tests.network.networks import flow, harbor, host, way, zone
from tests.roadmap.people import member

from limen.clock import MINUTE
from limen.network.built_in import built_in_nevers
from limen.network.compiling import compiled
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.lately import lately
from limen.network.model import INTERNET, Firewall, Flow, Network
from limen.network.packets.regions import Regions
from limen.network.probes.model import Probe, Result
from limen.network.proved import proved
from limen.network.services import built_in_services
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Measured
from limen.roadmap.network.evidence import FirewallState, NetworkEvidence

TODAY = "2026-11-27"
NOW = AT + 10 * MINUTE
ADA = member("Ada", groups=("it",))
ROUTER = "gw1"
FLOWS: tuple[Flow, ...] = tuple(
    replace(one, owner="ada@harbor.example")
    for one in (flow("web", way("office", INTERNET)), flow("shares", way("office", "files")))
)


def network(flows: tuple[Flow, ...] = FLOWS, without: Mapping[str, str] | None = None) -> Network:
    """With all six built-in statements, a router between all zones, and a canary in the zone servers."""
    known = harbor(flows)
    zones = (*known.zones, zone("printers", "iot", 30), zone("jump", "management", 99))
    zones = tuple(replace(one, sensitivity=3) if one.kind in {"finance", "backup"} else one for one in zones)
    hosts = (*known.hosts, host("label", "printers", "10.30.0.9"), host("desk", "jump", "10.99.0.9"))
    names = tuple(one.name for one in zones)
    firewalls = (
        Firewall(ROUTER, "nftables", names, "router", uplinks=("eth0",)),
        Firewall("files", "nftables", names, host="files", probes=True),
    )
    nevers = tuple(built_in_nevers(zones, without or {}))
    services = tuple(built_in_services())
    return replace(known, zones=zones, hosts=hosts, services=services, nevers=nevers, firewalls=firewalls)


def state(of: Network, name: str = ROUTER, **otherwise: Any) -> FirewallState:
    """In force there is what network.yaml says, as it was heard a minute ago."""
    one = next(each for each in of.firewalls if each.name == name)
    known = FirewallState(
        firewall=one,
        zones=frozenset(of.zone_names),
        is_enrolled=True,
        confirmed="d1",
        reported="d1",
        wanted="d1",
        heard_at=NOW - MINUTE,
        caught_up_at=NOW - MINUTE,
        beyond=(),
        lacking=(),
    )
    return replace(known, **otherwise)


def result(
    destination: str, to_zone: str, outcome: str = "silent", *, must_pass: bool = False, ago: int = 30 * MINUTE
) -> Result:
    probe = Probe("servers", to_zone, f"{to_zone}-host", "10.20.0.10", destination, 22, must_pass)
    return Result("files", probe, outcome, NOW - ago, (ROUTER,))  # type: ignore[arg-type]


PROBED = (
    result("10.10.0.7", "office"),
    result("10.21.0.4", "finance", "through", must_pass=True),
    result("10.60.0.2", "backup"),
    result("10.40.0.2", "guests"),
    result("10.30.0.9", "printers"),
    result("10.99.0.9", "jump"),
)
SEEN: dict[Contact, Tally] = {
    contact("10.10.0.7", "10.20.0.10"): tally(),
    contact("10.10.0.8", "9.9.9.9")._replace(destination=0): tally(),
}


def evidence(of: Network | None = None, **otherwise: Any) -> Evidence:
    known = of or network()
    seen = otherwise.get("seen", SEEN)
    found = NetworkEvidence(
        today=TODAY,
        network=known,
        proved=proved(known, TODAY),
        firewalls=tuple(state(known, one.name) for one in known.firewalls),
        probed=PROBED,
        seen=seen,
        lately=lately(known, Regions(compiled(known, TODAY)), seen) if seen else None,
        alerts=(),
        footholds=(),
    )
    return Evidence(at=NOW, members=(ADA,), network=replace(found, **otherwise))


SILENT = Evidence(at=NOW, members=(ADA,))


def figures(control: Control, of: Evidence) -> list[tuple[int, int]]:
    """Of each part how many of how many."""
    return [(one.numerator, one.denominator) for one in measured(control, of).parts]


def measured(control: Control, of: Evidence) -> Measured:
    return control.measured(of)


def misses(control: Control, of: Evidence, part: int = 0) -> list[str]:
    return [one.id for one in measured(control, of).parts[part].misses]


def known(control: Control, of: Evidence) -> list[bool]:
    return [one.is_known for one in measured(control, of).parts]
