"""Services: how a part is written, and those that are there without being stated."""

from __future__ import annotations

import pytest

from limen.network.model import Ports
from limen.network.packets import Packet
from limen.network.services import (
    BUILT_IN,
    built_in_services,
    is_unnamed,
    packet_text,
    part_of,
    part_text,
    service_text,
)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("tcp/8443", Ports((6, 6), (8443, 8443))),
        ("udp/9000-9010", Ports((17, 17), (9000, 9010))),
        ("tcp", Ports((6, 6), (0, 65_535))),
        ("icmp/8", Ports((1, 1), (8, 8), (4,))),
        ("icmpv6", Ports((58, 58), (0, 255), (6,))),
        ("icmp/0", Ports((1, 1), (0, 0), (4,))),
        ("gre", Ports((47, 47), (0, 0))),
    ],
)
def test_a_part_is_a_protocol_with_its_ports(written: str, part: Ports) -> None:
    assert part_of(written) == part
    assert part_text(part) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "443",
        "tcp/",
        "tcp/0",
        "tcp/65536",
        "tcp/20-10",
        "tcp/1-2-3",
        "TCP/443",
        "esp/1",
        "icmp/256",
        "tcp/４",
        "x/1",
    ],
)
def test_what_is_no_part_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        part_of(written)


def test_every_built_in_service_can_be_read() -> None:
    assert {one.name for one in built_in_services()} == set(BUILT_IN)
    assert all(one.parts for one in built_in_services())
    ping = next(one for one in built_in_services() if one.name == "ping")
    assert {family for part in ping.parts for family in part.families} == {4, 6}


@pytest.mark.parametrize(
    ("family", "protocol", "port", "service", "said"),
    [
        (4, 6, 443, "tcp/443", "tcp 0.0.0.1 → 0.0.0.2:443"),
        (6, 17, 53, "udp/53", "udp ::1 → [::2]:53"),
        (4, 1, 8, "icmp/8", "icmp/8 0.0.0.1 → 0.0.0.2"),
        (4, 50, 0, "esp", "esp 0.0.0.1 → 0.0.0.2"),
        (4, 99, 0, "protocol 99", "protocol 99 0.0.0.1 → 0.0.0.2"),
    ],
)
def test_a_packet_is_said_with_its_ends_and_of_what_it_is_one(
    family: int, protocol: int, port: int, service: str, said: str
) -> None:
    packet = Packet("office", "servers", family, 1, 2, protocol, port)
    assert service_text(packet) == service
    assert packet_text(packet) == said


def test_only_a_protocol_with_its_ports_needs_no_name() -> None:
    assert [is_unnamed(one) for one in ("tcp/8443", "udp/1-9", "tcp", "https", "x/1", "tcp/0")] == [True, True] + [
        False
    ] * 4
