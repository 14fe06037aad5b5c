"""Harbor with a firewall of each maker, and random rules for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tests.network.networks import DNS, HTTPS, PING, SSH, flow, harbor, way

from limen.network.model import ANY_SERVICE, Block, Firewall, Flow, Network, Ports, Service

TODAY: Final = "2026-11-30"
HIGH = Service("high", (Ports((6, 6), (30_000, 31_000)),))
ESP = Service("esp", (Ports((50, 50), (0, 0)),))
EVERY_TCP = Service("every-tcp", (Ports((6, 6)),))
EVERY_ICMP = Service("every-icmp", (Ports((1, 1), (0, 255), (4,)), Ports((58, 58), (0, 255), (6,))))
SERVICES: Final = (HTTPS, SSH, DNS, PING, HIGH, ESP, EVERY_TCP, EVERY_ICMP)
ZONES: Final = ("office", "servers", "finance", "guests")
_NAMES: Final = (*ZONES, "backup", "inside", "everything", "files", "dc", "erp")


def firewall(kind: str, *uplinks: str) -> Firewall:
    return Firewall("edge", kind, ZONES, uplinks=uplinks, host="files" if kind == "windows" else "")


def network(flows: Sequence[Flow] = (), blocks: Sequence[Block] = ()) -> Network:
    return replace(harbor(flows, blocks), services=SERVICES)


def random_network(chance: random.Random, *, internet: bool = False) -> Network:
    names = [*_NAMES, *(["internet"] if internet else [])]
    services = [*(one.name for one in SERVICES), ANY_SERVICE]

    def some() -> tuple[str, str, str]:
        return chance.choice(names), chance.choice(names), chance.choice(services)

    flows = [flow(f"f{number}", way(*some())) for number in range(chance.randint(1, 6))]
    blocks = [Block(f"b{number}", way(*some()), "no") for number in range(chance.choice([0, 0, 1, 2]))]
    return network(flows, blocks)
