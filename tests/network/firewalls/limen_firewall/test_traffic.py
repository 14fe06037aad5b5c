"""Packets as NFLOG tells them, and what is folded; from a packet to the alert: test_denied.py."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, strategies as st

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import traffic
from limen.network.firewalls.limen_firewall.netlink import attribute
from limen.network.firewalls.limen_firewall.traffic import Denied, Folded


def packet(source: str, destination: str, protocol: int, rest: bytes, *, offset: int = 0) -> bytes:
    """What NFLOG tells of a packet: its prefix, the interface it came by and the packet (RFC 791, RFC 8200)."""
    ends = ip_address(source).packed + ip_address(destination).packed
    if ip_address(source).version == 4:
        head = bytes([0x45, 0, 0, 0, 0, 0]) + offset.to_bytes(2, "big") + bytes([64, protocol, 0, 0])
    else:
        head = bytes([0x60, 0, 0, 0, 0, 0, protocol, 64])
    return attribute(10, b"limen-deny \0") + attribute(4, (1).to_bytes(4, "big")) + attribute(9, head + ends + rest)


HOPS, LONG = bytes([60, 0]) + bytes(6), bytes([6, 127]) + bytes(1_022)
"""Options for each hop, and 1,024 bytes of options for who gets it, before TCP."""
FRAGMENT, LATER = bytes([6, 0, 0, 1]) + bytes(4), bytes([6, 0, 0, 9]) + bytes(4)
TCP = (40_000).to_bytes(2, "big") + (443).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("body", "family", "source", "protocol", "port"),
    [
        (packet("10.10.0.7", "10.20.0.5", 6, TCP), 4, "10.10.0.7", 6, 443),
        (packet("fd00:10::7", "fd00:20::5", 17, TCP), 6, "fd00:10::7", 17, 443),
        (packet("10.10.0.7", "10.20.0.5", 1, b"\x08"), 4, "10.10.0.7", 1, 8),
        (packet("10.10.0.7", "10.20.0.5", 6, TCP, offset=5), 4, "10.10.0.7", 6, 0),
        (packet("10.10.0.7", "10.20.0.5", 6, b""), 4, "10.10.0.7", 6, 0),
        (packet("10.10.0.7", "10.20.0.5", 47, TCP), 4, "10.10.0.7", 47, 0),
        (packet("fd00:10::7", "fd00:20::5", 0, HOPS + LONG + TCP), 6, "fd00:10::7", 6, 443),
        (packet("fd00:10::7", "fd00:20::5", 44, FRAGMENT + TCP), 6, "fd00:10::7", 6, 443),
        (packet("fd00:10::7", "fd00:20::5", 44, LATER + TCP), 6, "fd00:10::7", 6, 0),
        (packet("fd00:10::7", "fd00:20::5", 0, HOPS + LONG[:900]), 6, "fd00:10::7", 6, 0),
    ],
    ids=[
        *("tcp", "udp of IPv6", "ping", "later fragment", "cut off", "no ports"),
        *("behind headers", "first fragment", "later fragment of IPv6", "headers without an end"),
    ],
)
def test_a_packet_is_read(body: bytes, family: int, source: str, protocol: int, port: int) -> None:
    one = Denied(body)
    assert (one.family, one.source, one.protocol, one.port) == (family, source, protocol, port)
    assert (one.prefix, one.came_by, one.goes_by) == ("limen-deny ", "lo", "")


@given(st.binary(max_size=80))
def test_whatever_a_stranger_sends_is_a_packet_or_none(data: bytes) -> None:
    try:
        assert Denied(attribute(9, data)).family in {4, 6}
    except Wrong:
        return


def test_the_same_within_a_second_is_told_once_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic.time, "time", lambda: 100.9)
    one = Folded()
    for _ in range(3):
        one.add("a", 1)
    one.add("b", 1)
    assert one.take() == ([[100, "a", 1, 3], [100, "b", 1, 1]], 0)
    assert one.take() == ([], 0)


def test_beyond_what_can_be_told_the_number_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "MOST_EVENTS", 2)
    one = Folded()
    for what in "abcd":
        one.add(what)
    told, lost = one.take()
    assert ([what for _, what, _ in told], lost) == (["a", "b"], 2)
    one.add("e")
    one.put_back(told, lost)
    told, lost = one.take()
    assert ([what for _, what, _ in told], lost) == (["e", "a"], 3)
