"""A connection as conntrack has it, and whether an opening let it in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from limen.network.firewalls.limen_firewall.connections import Connection, _is_of, cut
from limen.network.firewalls.limen_firewall.netlink import attribute


def raw(source: str, destination: str, protocol: int, *ports: tuple[int, int]) -> bytes:
    """CTA_TUPLE_ORIG: addresses and protocol. `ports` are kinds of attributes with their values."""
    first = 1 if ip_address(source).version == 4 else 3
    addresses = attribute(first, ip_address(source).packed) + attribute(first + 1, ip_address(destination).packed)
    proto = attribute(1, bytes([protocol]))
    for kind, value in ports:
        proto += attribute(kind, value.to_bytes(2 if kind in {2, 3} else 1, "big"))
    return attribute(1, addresses) + attribute(2, proto)


TCP = raw("10.10.0.7", "10.20.0.5", 6, (2, 40_000), (3, 443))


def test_it_is_read() -> None:
    one = Connection(TCP)
    assert (one.family, one.source, one.destination, one.protocol, one.port) == (4, "10.10.0.7", "10.20.0.5", 6, 443)
    assert one.reached == ("10.20.0.5", 443)
    six = Connection(raw("fd00:10::7", "fd00:20::5", 58, (8, 128)))
    assert (six.family, six.source, six.port) == (6, "fd00:10::7", 128)


def test_it_reached_where_its_answer_comes_from() -> None:
    answer = raw("10.30.0.9", "10.10.0.7", 6, (2, 8443), (3, 40_000))
    assert Connection(TCP, answer).reached == ("10.30.0.9", 8443)


OPENING: dict[str, Any] = {
    "source": ["10.10.0.0", "10.10.0.255"],
    "destination": ["10.20.0.5", "10.20.0.5"],
    "protocol": [6, 6],
    "port": [443, 443],
}


@pytest.mark.parametrize(
    ("changes", "is_of"),
    [
        ({}, True),
        ({"source": ["10.10.0.8", "10.10.0.9"]}, False),
        ({"source": ["fd00::", "fd00::ff"]}, False),
        ({"destination": ["10.20.0.6", "10.20.0.9"]}, False),
        ({"protocol": [17, 17]}, False),
        ({"port": [1, 442]}, False),
    ],
)
def test_an_opening_let_in_what_is_in_all_of_its_ranges(changes: dict[str, Any], is_of: bool) -> None:
    assert _is_of(Connection(TCP), {**OPENING, **changes}) is is_of


def test_without_an_end_no_connection_is_looked_at() -> None:
    assert cut([]) == 0
