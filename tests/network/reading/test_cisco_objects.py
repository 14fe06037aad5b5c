"""Objects of the ASA and of IOS, and groups of them."""

from __future__ import annotations

import pytest

from limen.network.reading.cisco_objects import Objects, address_said, objects_of
from limen.network.reading.cisco_words import Words, blocks_of
from limen.network.reading.named_objects import Kind


def objects(text: str) -> Objects:
    return objects_of(blocks_of(text)[0])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("host 10.0.0.1", (4, (0x0A000001, 0x0A000001))),
        ("subnet 10.0.0.0 255.255.255.0", (4, (0x0A000000, 0x0A0000FF))),
        ("10.0.0.0 255.255.255.0", (4, (0x0A000000, 0x0A0000FF))),
        ("10.0.0.0 /24", (4, (0x0A000000, 0x0A0000FF))),
        ("range 10.0.0.1 10.0.0.3", (4, (0x0A000001, 0x0A000003))),
        ("network-object host 10.0.0.1", (4, (0x0A000001, 0x0A000001))),
        ("network-object fd00::/127", (6, (0xFD << 120, (0xFD << 120) + 1))),
    ],
)
def test_addresses(line: str, expected: object) -> None:
    assert objects(f"object-group network x\n description one\n {line}\n").addresses.of("x") == (expected,)


@pytest.mark.parametrize(
    "line", ["fqdn x.example", "network-object host x", "group-object nobody", "host 10.0.0.1 more"]
)
def test_a_group_with_something_unknown_in_it_is_not_known(line: str) -> None:
    assert objects(f"object-group network x\n host 10.0.0.1\n {line}\n").addresses.of("x") is None


def test_groups_within_groups() -> None:
    text = "object network a\n host 10.0.0.1\nobject-group network g-object\n network-object object a\n"
    of = objects(text + "object-group network h\n group-object g-object\n").addresses
    assert of.of("h") == of.of("a") == ((4, (0x0A000001, 0x0A000001)),)


WEB = (Kind((6, 6), (443, 443)),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("object service x\n service tcp destination eq https\n", WEB),
        ("object-group service x\n service-object tcp destination eq 443\n", WEB),
        ("object-group service x\n tcp eq 443\n", WEB),
        ("object-group service x\n service-object tcp source eq 1 destination eq 2\n", (Kind((6, 6), (2, 2), (1, 1)),)),
        ("object-group service x\n tcp-udp eq 53\n", (Kind((6, 6), (53, 53)), Kind((17, 17), (53, 53)))),
        ("object-group protocol x\n protocol-object udp\n", (Kind((17, 17)),)),
        ("object-group service x\n icmp echo\n", (Kind((1, 1), (8, 8)),)),
        ("object-group service x\n tcp frobnicate\n", None),
    ],
)
def test_services_in_each_way_of_writing(text: str, expected: object) -> None:
    assert objects(text).kinds.of("x") == expected


def test_ports_and_types_whose_protocol_the_line_says() -> None:
    text = "object-group service x tcp\n port-object eq https\n"
    assert objects(text).ports.of("x") == ((443, 443),)
    assert objects("object-group icmp-type x\n icmp-object echo\n").types.of("x") == ("echo",)


def test_a_mask_with_holes_is_none() -> None:
    for mask, is_wildcard in (("255.0.255.0", False), ("0.0.255.1", True)):
        with pytest.raises(ValueError):
            address_said(Words(["10.0.0.0", mask]), is_wildcard=is_wildcard)
    assert address_said(Words(["10.9.8.7", "255.255.255.255"]), is_wildcard=True) == ((4, (0, (1 << 32) - 1)),)
