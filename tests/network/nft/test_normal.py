"""Statements that mean the same have one form."""

from __future__ import annotations

import pytest

from limen.network.nft.normal import normal, type_of

_STATE = {"ct": {"key": "state"}}
_PROTOCOL = {"meta": {"key": "l4proto"}}


def _match(op: str, left: object, right: object) -> dict[str, object]:
    return {"match": {"op": op, "left": left, "right": right}}


@pytest.mark.parametrize(
    ("listed", "other"),
    [
        ({"counter": {"packets": 7, "bytes": 9}}, {"counter": None}),
        (_match("in", _STATE, ["related", "established"]), _match("==", _STATE, ["established", "related"])),
        (_match("==", _PROTOCOL, "tcp"), _match("==", _PROTOCOL, 6)),
        (_match("==", _PROTOCOL, {"set": ["udp", "tcp"]}), _match("==", _PROTOCOL, {"set": [6, 17]})),
        (_match("==", _PROTOCOL, {"set": "tcp"}), _match("==", _PROTOCOL, {"set": [6]})),
        ({"reject": None}, {"reject": {"type": "icmpx", "expr": "port-unreachable"}}),
        (
            {"vmap": {"key": _STATE, "data": {"set": [["new", {"drop": None}], ["invalid", {"drop": None}]]}}},
            {"vmap": {"key": _STATE, "data": {"set": [["invalid", {"drop": None}], ["new", {"drop": None}]]}}},
        ),
    ],
)
def test_both_forms_are_one(listed: dict[str, object], other: dict[str, object]) -> None:
    assert normal(listed) == normal(other)


def test_what_means_something_else_stays_something_else() -> None:
    assert normal(_match("!=", _PROTOCOL, 6)) != normal(_match("==", _PROTOCOL, 6))
    assert normal({"log": {"group": 5}}) != normal({"log": {"group": 6}})


def test_the_type_of_an_expression() -> None:
    assert type_of({"payload": {"protocol": "ip6", "field": "daddr"}}) == "ipv6_addr"
    assert type_of({"payload": {"protocol": "udp", "field": "dport"}}) == "inet_service"
    assert type_of({"meta": {"key": "mark"}}) == ""
