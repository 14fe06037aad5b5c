"""Whoever took a workstation scans all it can name, goes on from what it got into, and scans again: what it reaches
in a real kernel is the blast radius that was proved, no more and no less.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Final

import pytest
from tests.dial import size
from tests.network.lab import ALL, ECHO, HOSTS, Lab, needs_namespaces
from tests.network.networks import DNS, HTTPS, PING, SSH, flow, host, way
from tests.network.policies import UPLINK, address, network
from tests.network.written import stated
from tests.policy.scene import engine_of

from limen.clock import HOUR, SystemClock
from limen.company.blast.radius import Surroundings
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.today import KnownDevice, Today
from limen.facts import App, Person, Upstream
from limen.facts.network_service import NetworkService
from limen.network.compiling import compiled
from limen.network.doors.model import Opening, rules_of
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.model import INTERNET, Block, Network
from limen.network.nft.as_json import as_json
from limen.network.packets import Packet, Rule, Ruleset
from limen.network.packets.regions import Regions
from limen.network.proof.blast_radius import Start, blast_radius

pytestmark = pytest.mark.slow
_TODAY = "2026-11-27"
ANA = Person("p_ana", "Ana", "ana@harbor.example", active=True)
_NETWORKS = 5
_PORTS: Final = (1, 22, 53, 80, 139, 443, 445, 3389, 5432, 8443, 8444, 40_000, 65_535)
"""Of TCP and UDP: every one that a network here names, and others."""
_HARBOR = """
zones:
  office: {kind: workstation, interface: vlan10, prefixes: [10.10.0.0/24, "fd00:10::/64"], isolated: true}
  servers: {kind: server, interface: vlan20, prefixes: [10.20.0.0/24, "fd00:20::/64"], isolated: true}
  iot: {kind: iot, interface: vlan30, prefixes: [10.30.0.0/24, "fd00:30::/64"]}
  guests: {kind: guest, interface: vlan40, prefixes: [10.40.0.0/24, "fd00:40::/64"], isolated: true}
  management: {kind: management, interface: vlan50, prefixes: [10.50.0.0/24, "fd00:50::/64"], isolated: true}
hosts:
  laptop: {zone: office, addresses: [10.10.0.10, "fd00:10::10"]}
  files: {zone: servers, addresses: [10.20.0.10, "fd00:20::10"]}
  erp: {zone: servers, addresses: [10.20.0.11, "fd00:20::11"]}
  camera: {zone: iot, addresses: [10.30.0.10, "fd00:30::10"]}
  jump: {zone: management, addresses: [10.50.0.10, "fd00:50::10"]}
services:
  erp-web: [tcp/8443]
flows:
  - {id: shares, from: office, to: files, service: [smb, ping], owner: staff, purpose: Files, review: 2027-05-01}
  - {id: erp, from: office, to: erp, service: erp-web, owner: staff, purpose: ERP, review: 2027-05-01}
  - {id: erp-data, from: erp, to: files, service: ssh, owner: staff, purpose: Exports, review: 2027-05-01}
  - {id: watch, from: files, to: camera, service: https, owner: staff, purpose: Recordings, review: 2027-05-01}
  - {id: web, from: office, to: internet, service: https, owner: staff, purpose: Web, review: 2027-05-01}
  - {id: admin, from: jump, to: inside, service: ssh, owner: staff, purpose: Administration, review: 2027-05-01}
blocks:
  - {id: no-erp-by-ssh, from: jump, to: erp, service: ssh, why: The vendor does it}
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    needs_namespaces()
    with Lab() as running:
        yield running


def test_who_took_a_workstation_of_harbor_reaches_what_was_proved(lab: Lab) -> None:
    reached = _replay(lab, stated(_HARBOR).network, "laptop")
    assert reached == {"files", "erp", "camera", "iot", INTERNET}


@pytest.mark.parametrize("seed", range(size(_NETWORKS)))
def test_who_took_a_host_of_any_network_reaches_what_was_proved(lab: Lab, seed: int) -> None:
    numbers = random.Random(seed)
    _replay(lab, _any_network(numbers), numbers.choice(("office-1", "guests", "iot-1")))


def test_with_a_door_open_it_reaches_what_was_proved_of_its_device(lab: Lab) -> None:
    of = stated(_HARBOR.replace("from: jump, to: inside", "from: jump, to: guests")).network
    service = NetworkService(("jump",), ("ssh",))
    now = SystemClock().now()
    opening = Opening("o1", ANA.id, "s1", "admin", "10.10.0.10", "d1", now, now + HOUR)
    doors = tuple(rules_of(opening, service, of))
    reached = _replay(lab, of, "laptop", doors)
    assert reached == {"files", "erp", "camera", "iot", "jump", "guests", INTERNET}
    assert "jump" not in _replay(lab, of, "guests", doors)  # it is open to one address alone

    app = App("admin", "Administration", "", Upstream(""), network=service)
    device = KnownDevice("d1", "wren", frozenset({ANA.id}), True, "linux", frozenset({"10.10.0.10"}))
    today = Today({ANA.id: ANA}, devices={"d1": device})
    policy = '@id("p") permit (principal, action, resource) when { context.device.managed };'
    around = Surroundings(engine_of(policy), {"admin": app}, of, today, now, Regions(compiled(of, _TODAY)))
    found = around.blast(Holder(Kind.DEVICE, "d1", "wren"), Taken.LAPTOP)
    assert found.network is not None
    assert {one.asset.name for one in found.network.reached} | {INTERNET} == reached


def _any_network(numbers: random.Random) -> Network:
    """A named host in each zone beside one without a name, and flows and blocks between any of them."""
    of = network(numbers)
    hosts = []
    for zone in of.zones:
        number = zone.vlan or 0
        own = [f"10.{number}.0.10", f"fd00:{number}::10"][: len(zone.prefixes)]
        hosts.append(host(f"{zone.name}-1", zone.name, *own))
    names = [*of.zone_names, *(one.name for one in hosts), "inside"]

    def anywhere() -> str:
        return f"{numbers.choice(names)} {numbers.choice(names)}"

    flows = [
        flow(f"flow-{number}", way(anywhere(), anywhere(), numbers.choice(("https", "ssh", "dns ping", "any"))))
        for number in range(numbers.randint(2, 5))
    ]
    blocks = [
        Block(f"block-{number}", way(anywhere(), anywhere(), numbers.choice(("any", "ssh"))), "-") for number in (1, 2)
    ]
    return replace(of, hosts=tuple(hosts), services=(HTTPS, SSH, DNS, PING), flows=tuple(flows), blocks=tuple(blocks))


def _replay(lab: Lab, of: Network, start: str, doors: tuple[Rule, ...] = ()) -> set[str]:
    """What was reached, which is what was proved. `doors`: what stands open for somebody meanwhile."""
    known = compiled(of, _TODAY)
    rules = Ruleset(known.zones, (*known.rules, *doors))
    lab.load(as_json(firewall(rules, of, router_of(of, [UPLINK]), SystemClock().now()).table))
    proved = blast_radius(of, Regions(known), Start(start, (start,), doors))
    assert proved.is_whole
    begun = _held_at_first(of, start)
    reached, first = _spread(lab, of, begun)
    assert reached == {one.asset.name for one in proved.reached}
    past_the_router = {one for one in proved.reached if len(one.steps) == 1 and one.steps[0].packet is not None}
    assert {one.asset.name for one in past_the_router} <= first
    return reached


def _held_at_first(of: Network, start: str) -> set[str]:
    """A zone is all that is in it."""
    return {start, *(one.name for one in of.hosts if one.zone == start)}


def _spread(lab: Lab, of: Network, begun: set[str]) -> tuple[set[str], set[str]]:
    """All that is reached in the end, and what of it by the first scans."""
    held, todo, seen, first = set(begun), set(begun), set(), set()
    while todo:
        came, got_into = set(), set()
        for packet in _scan(lab, of, todo):
            came.add(_name(of, packet.to_zone, packet.destination))
            if packet.protocol in {6, 17}:
                got_into.add(_name(of, packet.to_zone, packet.destination))
        for name in todo:  # nothing stands between hosts of a zone that is not isolated
            beside = _beside(of, name)
            came, got_into = came | beside, got_into | beside
        first = first or set(came)
        seen |= came
        todo, held = got_into - held, held | got_into
    return seen - begun, first


def _scan(lab: Lab, of: Network, sources: set[str]) -> list[Packet]:
    """What of everything comes through and is answered, from all addresses of these."""
    asked = [
        Packet(zone, other, family, source, address(other, family, to), protocol, port, 0)
        for (zone, _), family, one in product(ALL, (4, 6), HOSTS)
        if _name(of, zone, source := address(zone, family, one)) in sources and _is_there(of, zone, family)
        for (other, _), to in product(ALL, HOSTS)
        if other != zone and _is_there(of, other, family)
        for protocol, port in _asked(family)
    ]
    lab.forget()
    return [packet for packet, came in zip(asked, lab.probe(asked, patience=0.4), strict=True) if came]


def _asked(family: int) -> list[tuple[int, int]]:
    return [*product((6, 17), _PORTS), *((1 if family == 4 else 58, type_) for type_, _ in ECHO[family])]


def _is_there(of: Network, zone: str, family: int) -> bool:
    return zone == INTERNET or any(one.version == family for one in of.zone_of[zone].prefixes)


def _name(of: Network, zone: str, number: int) -> str:
    """The host that has this address, or its zone."""
    for one in of.hosts:
        if any(int(each.network_address) == number for each in one.addresses):
            return one.name
    return zone


def _beside(of: Network, name: str) -> set[str]:
    zone = of.host_of[name].zone if name in of.host_of else name
    if zone == INTERNET or of.zone_of[zone].is_isolated:
        return set()
    return {zone, *(one.name for one in of.hosts if one.zone == zone)}
