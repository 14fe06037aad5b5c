"""How services are called in sentences, and how much it matters who reaches them."""

from __future__ import annotations

from typing import Final

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP, WITH_PORTS

PROTOCOL_NAMES: Final = {
    ICMP: "icmp",
    TCP: "tcp",
    UDP: "udp",
    47: "gre",
    50: "esp",
    51: "ah",
    ICMPV6: "icmpv6",
    132: "sctp",
}
_HARMLESS: Final = {53: "DNS", 80: "HTTP", 123: "NTP", 443: "HTTPS", 25: "SMTP", 587: "mail submission", 993: "IMAPS"}
"""What is made to be reached by many."""
_HARMFUL: Final = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    111: "portmapper",
    135: "Windows RPC",
    139: "NetBIOS",
    161: "SNMP",
    389: "LDAP",
    445: "SMB",
    623: "IPMI",
    1433: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2375: "Docker",
    2379: "etcd",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Redis",
    6443: "Kubernetes",
    9200: "Elasticsearch",
    11211: "Memcached",
    27017: "MongoDB",
}
"""Administration, files and databases: what attackers look for first. Ports as IANA or their makers give them."""


def harm(box: Box) -> int:
    """From 1, what is made for many, to 3, what gives away a machine or its data."""
    if box.protocol[0] != box.protocol[1]:
        return 3
    if box.protocol[0] not in WITH_PORTS:
        return 1 if box.protocol[0] in {ICMP, ICMPV6} else 2
    low, high = box.port
    if any(low <= port <= high for port in _HARMFUL):
        return 3
    return 1 if low == high and low in _HARMLESS else 2


def service_words(protocol: Interval, port: Interval) -> str:
    """`SSH (tcp/22)`, `tcp/8000-8010`, `every port of udp`, `everything`."""
    if protocol == ANY_PROTOCOL:
        return "everything"
    if protocol[0] != protocol[1]:
        return f"protocols {protocol[0]} to {protocol[1]}"
    written = written_service(protocol[0], port)
    name = (_HARMFUL | _HARMLESS).get(port[0]) if port[0] == port[1] and protocol[0] in WITH_PORTS else None
    if "/" not in written:
        return f"every port of {written}" if protocol[0] in WITH_PORTS else written
    return f"{name} ({written})" if name else written


def written_service(protocol: int, port: Interval) -> str:
    """As network.yaml writes it: `tcp/22`, `tcp/8000-8010`, `icmp/8`, `esp`."""
    name = PROTOCOL_NAMES.get(protocol, f"protocol {protocol}")
    has_numbers = protocol in WITH_PORTS or protocol in {ICMP, ICMPV6}
    if port == ANY_PORT or not has_numbers:
        return name
    return f"{name}/{port[0]}" if port[0] == port[1] else f"{name}/{port[0]}-{port[1]}"
