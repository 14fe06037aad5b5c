"""Rules as nft's language. That nft loads it as the same table: tests/network/emit/test_nftables_kernel.py."""

from __future__ import annotations

import pytest

from limen.network.nft.as_text import element, line, statement
from limen.network.nft.tree import ACCEPT, Element, Line, Set, goto

_SPORT = {"payload": {"protocol": "th", "field": "sport"}}


@pytest.mark.parametrize(
    ("one", "text"),
    [
        ({"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, 'iifname != "lo"'),
        (
            {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": [6, 99]}}},
            "meta l4proto { tcp, 99 }",
        ),
        ({"match": {"op": "==", "left": {"concat": [_SPORT, _SPORT]}, "right": "@s"}}, "th sport . th sport @s"),
        (
            {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["new", "related"]}},
            "ct state new,related",
        ),
        ({"reject": {"type": "tcp reset"}}, "reject with tcp reset"),
        ({"log": {"prefix": "p ", "group": 5}}, 'log prefix "p " group 5'),
        ({"unheard-of": {"a": 1}}, '{"unheard-of": {"a": 1}}'),
        (goto("c"), "goto c"),
    ],
)
def test_a_statement(one: dict[str, object], text: str) -> None:
    assert statement(one) == text


def test_a_rule_and_an_element_end_with_their_comment() -> None:
    assert line(Line((ACCEPT,), "flow-1")) == 'accept comment "flow-1"'
    held = Set("s", ("ipv4_addr", "inet_proto", "ifname"))
    one = Element(((0x0A000000, 0x0A0000FF), (6, 6), "vlan10"), "door", ACCEPT, 5)
    assert element(held, one) == '10.0.0.0/24 . tcp . "vlan10" timeout 5s comment "door" : accept'
