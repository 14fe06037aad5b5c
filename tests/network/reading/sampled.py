"""Configurations of invented firewalls of Harbor, each in the language of a maker."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Final

from limen.network.packets import Packet
from limen.network.reading.files import File, read_files
from limen.network.reading.reading import Reading

SAMPLES: Final = Path(__file__).parent / "samples"
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58


def sample(name: str) -> Reading:
    return read_files([File(name, (SAMPLES / name).read_text("utf-8"))])


def packet(way: str, source: str, destination: str, protocol: int, port: int = 0, source_port: int = 50_000) -> Packet:
    """`way` as `lan servers`."""
    from_zone, to_zone = way.split()
    one, other = ip_address(source), ip_address(destination)
    has_ports = protocol in {TCP, UDP}
    return Packet(
        from_zone, to_zone, one.version, int(one), int(other), protocol, port, source_port if has_ports else 0
    )


def doubted(reading: Reading) -> set[str]:
    return {one.where for one in reading.not_understood}
