"""Harbor with a cloud: its zones web, app and data there, the office and the guests' network elsewhere."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from tests.network.networks import DNS, HTTPS, PING, SSH, flow, host, way, zone

from limen.network.emit.guarded import Guarded, guarded
from limen.network.model import ANY_SERVICE, Block, Firewall, Flow, Network, Ports, Service

TODAY = "2026-11-27"
IN_CLOUD = ("web", "app", "data")
SQL = Service("sql", (Ports((6, 6), (5432, 5432)),))
HIGH = Service("high", (Ports((6, 6), (30_000, 31_000)),))
ESP = Service("esp", (Ports((50, 50)),))
SERVICES = (HTTPS, SSH, DNS, PING, SQL, HIGH, ESP)
_NAMES = ("web", "app", "data", "office", "guests", "internet", "inside", "front", "db1", "desk")


def cloud(
    kind: str,
    flows: Sequence[Flow] = (),
    blocks: Sequence[Block] = (),
    *,
    tags: bool = False,
    isolated: bool = False,
    services: Sequence[Service] = (),
) -> Guarded:
    tag = ((kind, "sg-0a1b"),) if tags else ()
    network = Network(
        (
            replace(zone("web", "dmz", 80), tags=tag),
            zone("app", "cloud", 81),
            replace(zone("data", "cloud", 82, has_ipv6=False), is_isolated=isolated),
            zone("office", "workstation", 10),
            zone("guests", "guest", 40, has_ipv6=False),
        ),
        (
            host("front", "web", "10.80.0.5", "fd00:80::5"),
            host("db1", "data", "10.82.0.7"),
            host("desk", "office", "10.10.0.9"),
        ),
        (*SERVICES, *services),
        tuple(flows),
        tuple(blocks),
    )
    return guarded(network, Firewall("cloud", kind, IN_CLOUD), TODAY)


def random_cloud(kind: str, chance: random.Random, *, icmp: bool = True) -> Guarded:
    services = [one.name for one in SERVICES if icmp or one is not PING] + [ANY_SERVICE]
    flows = [
        flow(f"f{number}", way(chance.choice(_NAMES), chance.choice(_NAMES), chance.choice(services)))
        for number in range(chance.randint(1, 6))
    ]
    blocks = [
        Block(f"b{number}", way(chance.choice(_NAMES), chance.choice(_NAMES), chance.choice(services)), "no")
        for number in range(chance.choice([0, 0, 1, 2]))
    ]
    return cloud(kind, flows, blocks, isolated=chance.random() < 0.5)
