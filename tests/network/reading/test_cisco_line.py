"""One line of an access list: each of its words, and those that make it doubtful or say nothing here."""

from __future__ import annotations

import pytest

from limen.network.packets import ANY_PORT
from limen.network.reading.cisco_line import AclLine, Dialect, rules_of
from limen.network.reading.cisco_objects import Objects
from limen.network.reading.cisco_words import Numbered
from limen.network.reading.reading import Errs, NotUnderstood


def read(text: str, dialect: Dialect = Dialect.ASA) -> tuple[list[object], list[NotUnderstood]]:
    doubts: list[NotUnderstood] = []
    line = AclLine("a", Numbered(7, text), tuple(text.split()), dialect)
    return [one.box for one in rules_of(line, Objects(), doubts)], doubts


@pytest.mark.parametrize(
    ("text", "protocol", "ports", "source_ports"),
    [
        ("permit tcp any4 any4 eq https", 6, [(443, 443)], ANY_PORT),
        ("permit tcp any4 gt 1023 any4 range 10 20 log", 6, [(10, 20)], (1024, 65535)),
        ("permit udp any4 any4 neq 53", 17, [(0, 52), (54, 65535)], ANY_PORT),
        ("permit udp any4 any4 lt 1", 17, [(0, 0)], ANY_PORT),
        ("permit udp any4 any4 lt 0", 17, [], ANY_PORT),
        ("permit tcp any4 any4 eq 80 443", 6, [(80, 80), (443, 443)], ANY_PORT),
        ("permit icmp any4 any4 echo", 1, [(8, 8)], ANY_PORT),
        ("permit icmp any4 any4", 1, [(0, 255)], ANY_PORT),
        ("permit 50 any4 any4", 50, [(0, 0)], ANY_PORT),
    ],
)
def test_protocols_and_ports(text: str, protocol: int, ports: object, source_ports: object) -> None:
    boxes, doubts = read(text)
    assert doubts == []
    assert [one.port for one in boxes] == ports
    assert {one.protocol for one in boxes} <= {(protocol, protocol)}
    assert {one.source_port for one in boxes} <= {source_ports}


def test_addresses_in_each_dialect() -> None:
    mask, wild = "permit ip 10.0.0.0 255.255.255.0 host 10.1.0.1", "permit ip 10.0.0.0 0.0.0.255 host 10.1.0.1"
    assert read(mask)[0] == read(wild, Dialect.IOS)[0]
    assert [one.source for one in read("permit 10.0.0.0 0.0.0.255", Dialect.STANDARD)[0]] == [(0x0A000000, 0x0A0000FF)]
    assert [one.source for one in read("permit 10.0.0.9", Dialect.STANDARD)[0]] == [(0x0A000009, 0x0A000009)]
    everywhere = "permit tcp any any"
    assert [one.family for one in read(everywhere, Dialect.IOS_6)[0]] == [6]
    assert [one.family for one in read(everywhere)[0]] == [4, 6]


@pytest.mark.parametrize(
    "text", ["permit tcp any any established", "deny ip any any fragments", "permit ip any any inactive"]
)
def test_what_is_about_no_connection_that_begins_says_nothing(text: str) -> None:
    assert read(text) == ([], [])


@pytest.mark.parametrize(
    "rest",
    [
        "tcp any any time-range nights",
        "tcp any any dscp ef",
        "tcp user harbor any any",
        "tcp security-group name x any any",
        "tcp object nobody any",
        "object-group nobody any any",
        "tcp interface outside any",
        "icmp any any 3 4",
        "icmp any any object-group nobody",
        "tcp any any match-all +syn",
    ],
)
def test_a_condition_that_is_not_known_errs_to_open(rest: str) -> None:
    boxes, doubts = read(f"permit {rest}")
    assert boxes
    assert {one.errs for one in doubts} == {Errs.TOO_OPEN}
    assert read(f"deny {rest}")[0] == []


@pytest.mark.parametrize(
    "text",
    [
        "permit frobnicate any any",
        "permit tcp any",
        "permit tcp any any eq nothing",
        "permit ip 10.0.0.0 255.0.255.0 any",
        "allow ip any any",
        "permit tcp any any eq 99999",
        "permit ip host any",
    ],
)
def test_a_line_that_is_none_is_named(text: str) -> None:
    boxes, (doubt,) = read(text)
    assert boxes == []
    assert (doubt.where, doubt.errs) == ("a:7", Errs.EITHER)
