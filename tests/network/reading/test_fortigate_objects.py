"""Addresses and services of FortiOS: each kind of them, groups, and what stands for nothing fixed."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from limen.network.packets import Interval
from limen.network.reading.fortigate_objects import objects_of
from limen.network.reading.fortigate_words import sections_of
from limen.network.reading.named_objects import Kind
from limen.network.reading.reading import UnreadableError


def address(*said: str, section: str = "address", family: int = 4) -> tuple[tuple[int, Interval], ...] | None:
    lines = [f"config firewall {section}", "edit x", *said, "next", "end"]
    return objects_of(sections_of("\n".join(lines))[""]).addresses[family].of("x")


def service(*said: str) -> tuple[Kind, ...] | None:
    lines = ["config firewall service custom", "edit x", *said, "next", "end"]
    return objects_of(sections_of("\n".join(lines))[""]).services.of("x")


def span(first: str, last: str) -> tuple[int, Interval]:
    low, high = ip_address(first), ip_address(last)
    return low.version, (int(low), int(high))


LAST_64 = span("fd00::", "fd00::ffff:ffff:ffff:ffff")


def test_kinds_of_addresses() -> None:
    assert address("set subnet 10.1.0.0 255.255.0.0") == (span("10.1.0.0", "10.1.255.255"),)
    assert address("set comment empty") == (span("0.0.0.0", "255.255.255.255"),)
    assert address("set type iprange", "set start-ip 10.0.0.3", "set end-ip 10.0.0.9") == (
        span("10.0.0.3", "10.0.0.9"),
    )
    assert address("set ip6 fd00::/64", section="address6", family=6) == (LAST_64,)
    assert address("set mappedip 10.0.0.3-10.0.0.4", section="vip") == (span("10.0.0.3", "10.0.0.4"),)


@pytest.mark.parametrize(
    "said",
    [
        "set type fqdn",
        "set type geography",
        "set subnet 10.0.0.1 255.0.255.0",
        "set subnet 10.0.0.1",
        "set type iprange",
    ],
)
def test_what_stands_for_no_fixed_addresses_is_not_known(said: str) -> None:
    assert address(said) is None


def test_kinds_of_services() -> None:
    assert service("set tcp-portrange 80 8000-8010") == (
        Kind((6, 6), (80, 80)),
        Kind((6, 6), (8000, 8010)),
    )
    assert service("set udp-portrange 53:1024-65535") == (Kind((17, 17), (53, 53), (1024, 65535)),)
    assert service("set protocol ICMP", "set icmptype 8") == (Kind((1, 1), (8, 8), families=(4,)),)
    assert service("set protocol ICMP6") == (Kind((58, 58), (0, 255), families=(6,)),)
    assert service("set protocol IP", "set protocol-number 50") == (Kind((50, 50), (0, 0)),)
    assert service("set protocol IP") == (Kind(),)
    assert service("set comment nothing") == ()


@pytest.mark.parametrize(
    "said",
    [
        ("set tcp-portrange 80-70",),
        ("set tcp-portrange 99999",),
        ("set protocol ICMP", "set icmptype 8 13"),
        ("set protocol IP", "set protocol-number 256"),
        ("set protocol HTTP",),
        ("set tcp-portrange 80", "set iprange 10.0.0.1"),
        ("set protocol ICMP", "set icmptype 8", "set icmpcode 1"),
    ],
)
def test_a_service_that_asks_for_more_is_not_known(said: tuple[str, ...]) -> None:
    assert service(*said) is None


def test_groups_that_hold_themselves_are_refused() -> None:
    text = "config firewall addrgrp\nedit a\nset member b\nnext\nedit b\nset member a\nnext\nend"
    with pytest.raises(UnreadableError):
        objects_of(sections_of(text)[""]).addresses[4].of("a")
