"""A canary in the zone servers, and a vault behind the firewall `core`, as tests of probes have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.network.networks import HTTPS, SSH, flow, host, way, zone

from limen.network.model import Firewall, Flow, Network, Never, Ports, Service

CANARY = Firewall("gw1", "nftables", ("servers", "limen", "vaults"), host="db", probes=True)
DB, VAULT = "10.10.0.1", "10.60.0.10"


def network(port: int = 8443, *, flows: Sequence[Flow] = (), nevers: Sequence[Never] = ()) -> Network:
    """By a flow the canary reaches the vault at 443, and Limen at this port."""
    zones = (
        replace(zone("servers", "server", 10, has_ipv6=False), interface="eth0"),
        zone("limen", "domain", 50, has_ipv6=False),
        replace(zone("vaults", "backup", 60, has_ipv6=False), interface="vault0"),
    )
    return Network(
        zones,
        (host("db", "servers", DB), host("vault", "vaults", VAULT)),
        (HTTPS, SSH, Service("limen", (Ports((6, 6), (port, port)),))),
        (flow("copies", way("db", "vault")), flow("follows", way("db", "limen", "limen")), *flows),
        nevers=tuple(nevers),
        firewalls=(CANARY, Firewall("core", "nftables", ("servers", "vaults"))),
    )
