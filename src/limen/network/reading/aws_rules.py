"""One rule of a security group or a network ACL of AWS: its protocol, ports and addresses.

After the EC2 API Reference, `IpPermission` and `NetworkAclEntry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, ANYWHERE, Box, Interval, Rule
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, WITH_PORTS
from limen.network.reading.json_documents import text, whole

_PROTOCOLS: Final = {"tcp": 6, "udp": 17, "icmp": ICMP, "icmpv6": ICMPV6}
Doubt: TypeAlias = Callable[[str], None]
"""Told what was not understood."""


def rule_of(
    id_: str,
    family: int,
    peer: Interval,
    protocol: Interval,
    ports: Interval,
    *,
    zone: str = ANYWHERE,
    is_source: bool,
    allows: bool = True,
) -> Rule:
    every = (0, LAST_ADDRESS[family])
    box = Box(family, *((peer, every) if is_source else (every, peer)), protocol, ports)
    return Rule(id_, allows, *((zone, ANYWHERE) if is_source else (ANYWHERE, zone)), box)


def service_of(permission: Mapping[str, Any], doubt: Doubt) -> tuple[Interval, Interval]:
    """Protocol and ports; of ICMP the type. A code is a doubt, since packets are not told apart by it here."""
    protocol = protocol_of(text(permission, "IpProtocol"), doubt)
    first, last = whole(permission, "FromPort"), whole(permission, "ToPort")
    if protocol[0] != protocol[1]:
        return protocol, ANY_PORT
    if protocol[0] in {ICMP, ICMPV6}:
        if last not in {None, -1}:
            doubt(f"ICMP code {last}")
        return protocol, ports_of(first, first, doubt)
    return protocol, ports_of(first, last, doubt) if protocol[0] in WITH_PORTS else ANY_PORT


def protocol_of(said: str, doubt: Doubt) -> Interval:
    if said == "-1":
        return ANY_PROTOCOL
    one = _PROTOCOLS.get(said, int(said) if said.isascii() and said.isdigit() and len(said) <= 3 else -1)
    if not 0 <= one <= ANY_PROTOCOL[1]:
        doubt(f"protocol {said!r}")
        return ANY_PROTOCOL
    return one, one


def ports_of(first: int | None, last: int | None, doubt: Doubt) -> Interval:
    """-1, or nothing, stands for all."""
    low = ANY_PORT[0] if first is None or first == -1 else first
    high = ANY_PORT[1] if last is None or last == -1 else last
    if not 0 <= low <= high <= ANY_PORT[1]:
        doubt(f"ports {first} to {last}")
        return ANY_PORT
    return low, high


def acl_service_of(entry: Mapping[str, Any], doubt: Doubt) -> tuple[Interval, Interval]:
    """As `service_of`, of an entry of a network ACL."""
    protocol = protocol_of(text(entry, "Protocol"), doubt)
    kind, ports = entry.get("IcmpTypeCode"), entry.get("PortRange")
    if protocol[0] != protocol[1]:
        return protocol, ANY_PORT
    if protocol[0] in {ICMP, ICMPV6} and isinstance(kind, dict):
        if whole(kind, "Code") not in {None, -1}:
            doubt(f"ICMP code {whole(kind, 'Code')}")
        return protocol, ports_of(whole(kind, "Type"), whole(kind, "Type"), doubt)
    if protocol[0] in WITH_PORTS and isinstance(ports, dict):
        return protocol, ports_of(whole(ports, "From"), whole(ports, "To"), doubt)
    return protocol, ANY_PORT
