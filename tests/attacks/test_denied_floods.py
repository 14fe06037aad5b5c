"""Attacks on what is told of denied packets: a scan hidden behind a flood, in a real kernel."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from tests.attacks.test_standing_connections import put
from tests.network.lab import Lab, needs_namespaces, nft
from tests.network.networks import HTTPS, PING, host, zone
from tests.network.policies import ZONES

from limen.network.firewalls.limen_firewall import counts
from limen.network.firewalls.limen_firewall.netlink import ACK, LOG, Netlink, attribute
from limen.network.firewalls.limen_firewall.traffic import Denied
from limen.network.model import Network

pytestmark = pytest.mark.slow
_ZONES = tuple(zone(name, name if name == "management" else "server", number) for name, number in ZONES)
_NETWORK = Network(_ZONES, (host("gw", "management", "10.50.0.1", "fd00:50::1"),), (HTTPS, PING))
_TRANSPARENT = 19
"""IP_TRANSPARENT of Linux: to send from an address that is not the host's."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    needs_namespaces()
    with Lab() as running:
        yield running


@pytest.fixture
def log(lab: Lab) -> Iterator[Netlink]:
    """What the router tells of denied packets."""
    put(lab, _NETWORK)
    netlink = lab.inside(lab.router, lambda: Netlink(timeout=0.5))
    netlink.send(LOG, 1, ACK, attribute(1, b"\1"), socket.AF_UNSPEC, 5)
    netlink.send(LOG, 1, ACK, attribute(2, b"\0\0\6\0\2\0\0\0"), socket.AF_UNSPEC, 5)
    netlink.send(LOG, 1, ACK, attribute(4, b"\0\0\0\12"), socket.AF_UNSPEC, 5)  # after 0.1 s at most
    yield netlink
    netlink.close()


def told(netlink: Netlink) -> list[Denied]:
    found: list[Denied] = []
    try:
        while True:
            found += [Denied(body) for kind, body in netlink.messages() if kind == LOG << 8]
    except TimeoutError:
        return found


def flood(lab: Lab, zone_name: str, sources: Iterator[str], each: int, port: int = 9) -> int:
    """From each of these addresses so many packets to another zone; how many in all."""

    def send() -> int:
        sent = 0
        for source in sources:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.setsockopt(socket.IPPROTO_IP, _TRANSPARENT, 1)
                one.bind((source, 0))
                for _ in range(each):
                    one.sendto(b"?", ("10.30.0.10", port))
                    sent += 1
        return sent

    return lab.inside(lab.host(zone_name), send)


def counted(lab: Lab) -> dict[tuple[str, str], int]:
    return lab.inside(lab.router, counts.counted)


def test_each_denied_packet_is_counted_by_its_interfaces_however_few_are_told(lab: Lab, log: Netlink) -> None:
    sent = flood(lab, "office", iter(["10.10.0.10"]), 3_000)
    found = told(log)
    assert counted(lab) == {("vlan10", "vlan30"): sent}
    assert 100 <= sum(one.source == "10.10.0.10" for one in found) < 1_000


def test_who_changes_addresses_hides_nobody_in_another_zone(lab: Lab, log: Netlink) -> None:
    sent = flood(lab, "office", (f"10.10.0.{one}" for one in range(16, 216)), 30)
    scanned = flood(lab, "servers", iter(["10.20.0.11"]), 5, 445)
    found = told(log)
    assert len([one for one in found if (one.source, one.port) == ("10.20.0.11", 445)]) == scanned
    assert len([one for one in found if one.port == 9]) < sent
    assert counted(lab) == {("vlan10", "vlan30"): sent, ("vlan20", "vlan30"): scanned}


def test_a_list_of_sources_that_is_full_keeps_nobody_out_of_the_log(lab: Lab, log: Netlink) -> None:
    elements = ", ".join(f"10.10.{one >> 8}.{one & 255}" for one in range(65_535))
    filled = nft(lab.router, "-f", "-", text=f"add element inet limen told4 {{ {elements} }}\n")
    assert not filled.returncode, filled.stderr[:500]
    scanned = flood(lab, "servers", iter(["10.20.0.11"]), 5, 445)
    assert [one.source for one in told(log)] == ["10.20.0.11"] * scanned


def test_a_port_behind_a_row_of_headers_is_told(lab: Lab, log: Netlink) -> None:
    """IPv6: 256 bytes of options for the destination."""

    def send() -> None:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            padding = bytes([17, 31]) + b"".join(bytes([1, 5]) + bytes(5) for _ in range(36)) + bytes([1, 0])
            one.setsockopt(socket.IPPROTO_IPV6, 59, padding)  # IPV6_DSTOPTS
            one.sendto(b"?", ("fd00:30::10", 3_389))

    lab.inside(lab.host("office"), send)
    time.sleep(0.1)
    assert [(one.protocol, one.port) for one in told(log) if one.family == 6] == [(17, 3_389)]
