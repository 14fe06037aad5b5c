"""One form for each statement. A listing names protocols, orders sets as it likes and counts packets; what was
meant does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from limen.network.nft.names import NAMED
from limen.network.nft.tree import COUNTER, Statement

_PAYLOADS: Final = {
    ("ip", "saddr"): "ipv4_addr",
    ("ip", "daddr"): "ipv4_addr",
    ("ip", "protocol"): "inet_proto",
    ("ip6", "saddr"): "ipv6_addr",
    ("ip6", "daddr"): "ipv6_addr",
    ("ip6", "nexthdr"): "inet_proto",
    ("icmp", "type"): "icmp_type",
    ("icmpv6", "type"): "icmpv6_type",
}
_METAS: Final = {"l4proto": "inet_proto", "iifname": "ifname", "oifname": "ifname", "iif": "ifname", "oif": "ifname"}
_COUNTED: Final = ("quota",)
"""Statements of which only the name and no figure is held."""


def normal(statement: Statement) -> Statement:
    match statement:
        case {"counter": None | {"packets": _}}:
            return COUNTER
        case {"match": {"op": op, "left": left, "right": right}}:
            # "in" asks whether one of several flags is set; of states a packet has one, so both mean the same there
            op = "==" if op == "in" and type_of(left) == "ct" else op
            return {"match": {"op": op, "left": left, "right": _value(type_of(left), right)}}
        case {"vmap": {"key": key, "data": data}}:
            return {"vmap": {"key": key, "data": _value(type_of(key), data)}}
        case {"set": {"op": _, "elem": _, "set": _} as inner}:
            return {"set": dict(inner)}
        case {"reject": None}:
            return {"reject": {"type": "icmpx", "expr": "port-unreachable"}}
    for name in _COUNTED:
        if name in statement:
            return {name: None}
    return statement


def type_of(left: object) -> str:
    """Of which type of `names.LAST` an expression is; "ct" for states, "" for every other."""
    match left:
        case {"payload": {"protocol": str(protocol), "field": str(field)}}:
            return _PAYLOADS.get((protocol, field), "inet_service" if field in {"sport", "dport"} else "")
        case {"meta": {"key": str(key)}}:
            return _METAS.get(key, "")
        case {"ct": {"key": "state" | "status"}}:
            return "ct"
    return ""


def _value(type_: str, value: Any) -> Any:
    match value:
        case str() if value in NAMED.get(type_, {}):
            return NAMED[type_][value]
        case {"range": [low, high]}:
            return {"range": [_value(type_, low), _value(type_, high)]}
        case {"set": list(parts)}:
            return {"set": _sorted([_part(type_, one) for one in parts])}
        case {"set": one}:  # a set of one may stand without a list
            return {"set": [_part(type_, one)]}
        case list() if type_ == "ct":
            return _sorted(value)
        case list():
            return [_value(type_, one) for one in value]
    return value


def _part(type_: str, one: Any) -> Any:
    """An element of a set, or with its verdict one of a map."""
    if isinstance(one, list) and len(one) == 2 and isinstance(one[1], Mapping):
        return [_value(type_, one[0]), one[1]]
    return _value(type_, one)


def _sorted(parts: list[Any]) -> list[Any]:
    return sorted(parts, key=lambda one: json.dumps(one, sort_keys=True))
