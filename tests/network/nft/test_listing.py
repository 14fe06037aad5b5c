"""What nft lists, as tables in one form."""

from __future__ import annotations

import json

import pytest

from limen.network.nft.listing import tables
from limen.network.nft.names import interval
from limen.network.nft.tree import COUNTER, Element, Hook

_SET = {
    "family": "inet",
    "table": "t",
    "name": "s",
    "type": ["ipv4_addr", "inet_proto", "inet_service"],
    "flags": ["interval", "timeout"],
    "stmt": [{"counter": None}],
    "elem": [
        {
            "elem": {
                "val": {"concat": [{"prefix": {"addr": "10.0.0.0", "len": 24}}, "tcp", {"range": [22, 23]}]},
                "timeout": 100,
                "expires": 99,
                "comment": "door",
                "counter": {"packets": 5, "bytes": 300},
            }
        }
    ],
}


def _one(*objects: object) -> str:
    return json.dumps(
        {"nftables": [{"metainfo": {}}, {"table": {"family": "inet", "name": "t", "handle": 1}}, *objects]}
    )


def test_elements_are_numbers_and_say_how_long_they_stay() -> None:
    (table,) = tables(_one({"set": _SET}))
    (held,) = table.sets
    assert held.elements == (Element(((0x0A000000, 0x0A0000FF), (6, 6), (22, 23)), "door", None, 99),)
    assert (held.flags, held.has_counters, held.is_understood) == (frozenset({"interval", "timeout"}), True, True)


@pytest.mark.parametrize(
    "other",
    [
        {"type": ["ipv4_addr", "ether_addr", "inet_service"]},
        {"type": {"typeof": {"meta": {"key": "mark"}}}},
        {"elem": [{"concat": ["somewhere.example", "tcp", 22]}]},
        {"elem": [{"concat": ["10.0.0.1", "tcp"]}]},
        {"elem": [{"concat": ["10.0.0.1", "tcp", {"range": [23, 22]}]}]},
    ],
)
def test_a_set_that_has_no_meaning_here_says_so(other: dict[str, object]) -> None:
    (table,) = tables(_one({"set": {**_SET, **other}}))
    assert not table.sets[0].is_understood


def test_rules_have_one_form_however_they_are_listed() -> None:
    chain = {
        "family": "inet",
        "table": "t",
        "name": "c",
        "type": "filter",
        "hook": "forward",
        "prio": "raw",
        "policy": "drop",
    }
    types = {"set": ["echo-request", 3, "destination-unreachable"]}
    left = {"payload": {"protocol": "icmp", "field": "type"}}
    rule = {
        "family": "inet",
        "table": "t",
        "chain": "c",
        "handle": 7,
        "expr": [{"counter": {"packets": 1, "bytes": 2}}, {"match": {"op": "==", "left": left, "right": types}}],
    }
    (table,) = tables(
        _one({"chain": chain}, {"rule": rule}, {"flowtable": {"family": "inet", "table": "t", "name": "f"}})
    )
    (read,) = table.chains
    assert read.hook == Hook("filter", "forward", -300, "drop")
    assert read.lines[0].statements == (COUNTER, {"match": {"op": "==", "left": left, "right": {"set": [3, 3, 8]}}})
    assert (read.lines[0].handle, table.others) == (7, ("flowtable f",))


@pytest.mark.parametrize(
    ("type_", "value", "numbers"),
    [
        ("ipv6_addr", {"prefix": {"addr": "fd00::5", "len": 64}}, (0xFD << 120, (0xFD << 120) + (1 << 64) - 1)),
        ("inet_proto", "icmpv6", (58, 58)),
        ("icmpv6_type", "echo-request", (128, 128)),
        ("inet_service", "*", (0, 65_535)),
    ],
)
def test_a_value_is_an_interval(type_: str, value: object, numbers: tuple[int, int]) -> None:
    assert interval(type_, value) == numbers


@pytest.mark.parametrize(
    "value", [True, -1, 65_536, "http-alt", {"range": [1]}, None, {"prefix": {"addr": "10.0.0.0", "len": 99}}]
)
def test_what_is_no_value_is_none(value: object) -> None:
    with pytest.raises(ValueError):
        interval("inet_service", value)
