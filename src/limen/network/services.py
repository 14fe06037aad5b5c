"""Services by name: those that are there without being stated, with the ports of IANA, and how one is written."""

from __future__ import annotations

import re
from typing import Final

from limen.network.model import Ports, Service
from limen.network.packets.box import ANY_PORT, ICMP, ICMPV6, TCP, UDP, WITH_PORTS, Packet

PROTOCOLS: Final = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "sctp": 132, "gre": 47, "esp": 50, "ah": 51}
"""By which name a protocol is written; the numbers are those of IANA."""
_OF_FAMILY: Final = {ICMP: (4,), ICMPV6: (6,)}
_LAST: Final = {ICMP: 255, ICMPV6: 255}
"""The highest number that may stand behind the protocol, where it is not that of a port."""
_WITHOUT_NUMBERS: Final = frozenset({47, 50, 51})
_PART: Final = re.compile(r"([a-z0-9]{2,6})(?:/([0-9]{1,5})(?:-([0-9]{1,5}))?)?")

BUILT_IN: Final[dict[str, tuple[str, ...]]] = {
    "http": ("tcp/80",),
    "https": ("tcp/443",),
    "quic": ("udp/443",),
    "dns": ("udp/53", "tcp/53"),
    "ntp": ("udp/123",),
    "ping": ("icmp/8", "icmpv6/128"),
    "ssh": ("tcp/22",),
    "rdp": ("tcp/3389", "udp/3389"),
    "winrm": ("tcp/5985-5986",),
    "vnc": ("tcp/5900-5909",),
    "telnet": ("tcp/23",),
    "snmp": ("udp/161",),
    "smb": ("tcp/445",),
    "nfs": ("tcp/2049",),
    "ldap": ("tcp/389", "udp/389"),
    "ldaps": ("tcp/636",),
    "kerberos": ("tcp/88", "udp/88", "tcp/464", "udp/464"),
    "active-directory": (
        *("udp/53", "tcp/53", "tcp/88", "udp/88", "udp/123", "tcp/135", "tcp/389", "udp/389", "tcp/445"),
        *("tcp/464", "udp/464", "tcp/636", "tcp/3268-3269", "tcp/49152-65535"),
    ),
    "radius": ("udp/1812-1813",),
    "syslog": ("udp/514", "tcp/6514"),
    "smtp": ("tcp/25",),
    "submission": ("tcp/465", "tcp/587"),
    "imaps": ("tcp/993",),
    "printing": ("tcp/631", "tcp/9100"),
    "sip": ("udp/5060", "tcp/5060-5061"),
    "mssql": ("tcp/1433",),
    "mysql": ("tcp/3306",),
    "postgresql": ("tcp/5432",),
    "wireguard": ("udp/51820",),
}
"""What each stands for. `active-directory` is what a member of a domain needs of its controllers (Microsoft, "Service
overview and network port requirements for Windows"), `syslog` RFC 5426 and RFC 5425."""


def part_of(written: str) -> Ports:
    """`tcp/8443`, `udp/9000-9010`, `tcp` (all ports), `icmp/8` (a type), `esp`. Raises ValueError for anything else."""
    found = _PART.fullmatch(written)
    if found is None or found[1] not in PROTOCOLS:
        raise ValueError(written)
    protocol = PROTOCOLS[found[1]]
    families = _OF_FAMILY.get(protocol, (4, 6))
    if found[2] is None:
        ports = (0, 0) if protocol in _WITHOUT_NUMBERS else (0, _LAST[protocol]) if protocol in _LAST else ANY_PORT
        return Ports((protocol, protocol), ports, families)
    low, high = int(found[2]), int(found[3] or found[2])
    if protocol in _WITHOUT_NUMBERS or not low <= high <= _LAST.get(protocol, ANY_PORT[1]):
        raise ValueError(written)
    if protocol not in _LAST and low == 0:  # no program listens at port 0
        raise ValueError(written)
    return Ports((protocol, protocol), (low, high), families)


def is_unnamed(written: str) -> bool:
    """Whether this is a protocol with its ports in place of a service's name, which has no slash."""
    try:
        return "/" in written and part_of(written) is not None
    except ValueError:
        return False


def part_text(part: Ports) -> str:
    """As `part_of` reads it."""
    protocol, (low, high) = part.protocol[0], part.ports
    name = next(word for word, number in PROTOCOLS.items() if number == protocol)
    if protocol in _WITHOUT_NUMBERS or (low, high) == (0, _LAST.get(protocol, ANY_PORT[1])):
        return name
    return f"{name}/{low}" if low == high else f"{name}/{low}-{high}"


def packet_text(packet: Packet) -> str:
    """`tcp 10.10.0.7 → 10.20.0.4:443`, `icmp/8 10.10.0.7 → 10.20.0.4`."""
    source, destination = packet.addresses
    if packet.protocol not in WITH_PORTS:
        return f"{service_text(packet)} {source} → {destination}"
    there = f"[{destination}]" if packet.family == 6 else destination
    return f"{_protocol(packet)} {source} → {there}:{packet.port}"


def service_text(packet: Packet) -> str:
    """`tcp/443`, `icmp/8`, `esp`: what it is one of."""
    has_number = packet.protocol in WITH_PORTS or packet.protocol in _LAST
    return f"{_protocol(packet)}/{packet.port}" if has_number else _protocol(packet)


def _protocol(packet: Packet) -> str:
    names = (word for word, number in PROTOCOLS.items() if number == packet.protocol)
    return next(names, f"protocol {packet.protocol}")


def built_in_services() -> tuple[Service, ...]:
    return tuple(Service(name, tuple(map(part_of, parts))) for name, parts in BUILT_IN.items())
