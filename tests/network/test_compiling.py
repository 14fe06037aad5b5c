"""What names stand for, and that blocks win over flows."""

from __future__ import annotations

from ipaddress import ip_address

from tests.network.networks import flow, harbor, way

from limen.network.compiling import Places, compiled
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Block, Network
from limen.network.packets import Packet

_TODAY = "2026-11-27"


def _packet(from_zone: str, to_zone: str, source: str, destination: str, port: int = 443, protocol: int = 6) -> Packet:
    one, other = ip_address(source), ip_address(destination)
    return Packet(from_zone, to_zone, one.version, int(one), int(other), protocol, port)


def _deciding(network: Network, packet: Packet) -> str:
    rule = compiled(network, _TODAY).decides(packet)
    return rule.id if rule else ""


def test_a_flow_lets_its_packets_through_in_both_families() -> None:
    network = harbor([flow("files", way("office", "files", "https ping"))])
    assert _deciding(network, _packet("office", "servers", "10.10.0.7", "10.20.0.10")) == "files"
    assert _deciding(network, _packet("office", "servers", "fd00:10::7", "fd00:20::10")) == "files"
    assert _deciding(network, _packet("office", "servers", "fd00:10::7", "fd00:20::10", 128, 58)) == "files"
    assert _deciding(network, _packet("office", "servers", "fd00:10::7", "fd00:20::10", 8, 1)) == ""
    assert _deciding(network, _packet("office", "servers", "10.10.0.7", "10.20.0.11")) == ""
    assert _deciding(network, _packet("office", "servers", "10.10.0.7", "10.20.0.10", 22)) == ""
    assert _deciding(network, _packet("servers", "office", "10.20.0.10", "10.10.0.7")) == ""


def test_a_block_wins_over_a_flow() -> None:
    network = harbor(
        [flow("all", way("office", INSIDE, "any"))], [Block("no-erp", way("office", "erp", "any"), "quiet")]
    )
    assert _deciding(network, _packet("office", "finance", "10.10.0.7", "10.21.0.4")) == "no-erp"
    assert _deciding(network, _packet("office", "finance", "10.10.0.7", "10.21.0.5")) == "all"


def test_a_flow_is_over_on_its_day() -> None:
    packet = _packet("office", "servers", "10.10.0.7", "10.20.0.10")
    assert _deciding(harbor([flow("a", way("office", "files"), expires="2026-11-28")]), packet) == "a"
    assert _deciding(harbor([flow("a", way("office", "files"), expires=_TODAY)]), packet) == ""


def test_a_forged_source_fits_nothing() -> None:
    network = harbor([flow("a", way("office", "files")), flow("b", way(INTERNET, "files"))])
    assert _deciding(network, _packet("office", "servers", "10.40.0.7", "10.20.0.10")) == ""
    assert _deciding(network, _packet(INTERNET, "servers", "10.10.0.7", "10.20.0.10")) == ""
    assert _deciding(network, _packet(INTERNET, "servers", "192.0.2.1", "10.20.0.10")) == "b"


def test_the_internet_is_every_address_that_no_zone_has() -> None:
    places = Places(harbor()).of(INTERNET)
    first = min(low for _, family, (low, _) in places if family == 4)
    assert first == 0
    assert sum(high - low + 1 for _, family, (low, high) in places if family == 4) == 2**32 - 5 * 256
    assert sum(high - low + 1 for _, family, (low, high) in places if family == 6) == 2**128 - 4 * 2**64


def test_everything_is_the_inside_and_the_internet() -> None:
    places = Places(harbor())
    assert places.of(EVERYTHING) == [*places.of(INSIDE), *places.of(INTERNET)]
