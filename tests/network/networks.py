"""A small network that tests share: Harbor's office, its servers, finance, backup and guests."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from limen.network.model import Block, Flow, Host, Network, Never, Ports, Service, Way, Zone

HTTPS = Service("https", (Ports((6, 6), (443, 443)),))
SSH = Service("ssh", (Ports((6, 6), (22, 22)),))
DNS = Service("dns", (Ports((6, 6), (53, 53)), Ports((17, 17), (53, 53))))
PING = Service("ping", (Ports((1, 1), (8, 8), (4,)), Ports((58, 58), (128, 128), (6,))))


def zone(name: str, kind: str, number: int, *, has_ipv6: bool = True) -> Zone:
    """10.<number>.0.0/24 and fd00:<number>::/64, as VLAN <number>."""
    prefixes = [ip_network(f"10.{number}.0.0/24"), *([ip_network(f"fd00:{number}::/64")] if has_ipv6 else [])]
    return Zone(name, kind, tuple(prefixes), f"vlan{number}", number)


def host(name: str, in_zone: str, *addresses: str) -> Host:
    return Host(name, in_zone, tuple(ip_network(one) for one in addresses))


def way(sources: str, destinations: str, services: str = "https") -> Way:
    return Way(tuple(sources.split()), tuple(destinations.split()), tuple(services.split()))


def flow(id_: str, one: Way, *, expires: str = "") -> Flow:
    return Flow(id_, one, "work", "it@harbor.example", "2027-05-01", expires)


def harbor(flows: Sequence[Flow] = (), blocks: Sequence[Block] = (), nevers: Sequence[Never] = ()) -> Network:
    """The zones office, servers, finance, backup and guests (IPv4 alone), with four hosts."""
    return Network(
        (
            zone("office", "workstation", 10),
            zone("servers", "server", 20),
            zone("finance", "finance", 21),
            zone("backup", "backup", 60),
            zone("guests", "guest", 40, has_ipv6=False),
        ),
        (
            host("files", "servers", "10.20.0.10", "fd00:20::10"),
            host("dc", "servers", "10.20.0.5", "fd00:20::5"),
            host("erp", "finance", "10.21.0.4"),
            host("vault", "backup", "10.60.0.2"),
        ),
        (HTTPS, SSH, DNS, PING),
        tuple(flows),
        tuple(blocks),
        tuple(nevers),
    )
