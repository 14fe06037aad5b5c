"""A small ruleset as nftables reads it, written by hand: what tests of firewalls load."""

from __future__ import annotations

import json
from typing import Any

TABLE = {"family": "inet", "table": "limen"}
FOUR = ["ipv4_addr", "ipv4_addr", "inet_proto", "inet_service"]
MARK = 0x4C4D
"""On connections that an opening let in: they go on only while it is open."""
ADMINS = "vlan50"


def rules(*ports: int, admins: str = ADMINS, also: tuple[dict[str, Any], ...] = ()) -> str:
    """From vlan10 to vlan20 these ports of TCP, whatever is open for a while, and SSH to the machine from `admins`."""
    return json.dumps(
        {"nftables": [{"table": {"family": "inet", "name": "limen"}}, *_chains(), *_lines(ports, admins), *also]}
    )


def _chains() -> list[dict[str, Any]]:
    hooks = {name: {"type": "filter", "hook": name, "prio": 0, "policy": "drop"} for name in ("forward", "input")}
    chains: dict[str, dict[str, Any]] = {"deny": {}, **hooks}
    found = [{"chain": {**TABLE, "name": name, **about}} for name, about in chains.items()]
    opened = {"set": {**TABLE, "name": "openings4", "type": FOUR, "flags": ["timeout"]}}
    allowed = {
        "set": {
            **TABLE,
            "name": "allowed",
            "type": ["ipv4_addr", "inet_service"],
            "elem": [{"concat": ["192.0.2.1", 9]}],
        }
    }
    return [*found, opened, allowed]


def _lines(ports: tuple[int, ...], admins: str) -> list[dict[str, Any]]:
    established = _is({"ct": {"key": "state"}}, ["established", "related"], "in")
    marked = _is({"ct": {"key": "mark"}}, MARK)
    here = {"concat": [_ip("saddr"), _ip("daddr"), {"meta": {"key": "l4proto"}}, _field("th", "dport")]}
    first = {"concat": [_ct("ip saddr"), _ct("ip daddr"), {"meta": {"key": "l4proto"}}, _ct("proto-dst")]}
    end: dict[str, Any] = {"goto": {"target": "deny"}}
    through = [_is(_meta("iifname"), "vlan10"), _is(_meta("oifname"), "vlan20")]
    return [
        _rule("deny", {"counter": None}),
        _rule("deny", {"log": {"prefix": "limen-deny ", "group": 5, "snaplen": 128, "queue-threshold": 1}}),
        _rule("deny", _is(_meta("l4proto"), "tcp"), {"reject": {"type": "tcp reset"}}),
        _rule("deny", {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}),
        _rule("forward", marked, _is(first, "@openings4"), {"accept": None}),
        _rule("forward", marked, end),
        _rule("forward", established, {"accept": None}),
        _rule(
            "forward",
            _is(here, "@openings4"),
            {"mangle": {"key": {"ct": {"key": "mark"}}, "value": MARK}},
            {"accept": None},
        ),
        *(
            _rule("forward", *through, _is(_field("tcp", "dport"), port), {"accept": None}, comment=f"flow-{port}")
            for port in ports
        ),
        _rule("forward", end),
        _rule("input", established, {"accept": None}),
        _rule("input", _is(_meta("iifname"), "lo"), {"accept": None}),
        _rule("input", _is(_meta("l4proto"), {"set": ["icmp", "ipv6-icmp"]}), {"accept": None}),
        _rule(
            "input", _is(_meta("iifname"), admins), _is(_field("tcp", "dport"), 22), {"accept": None}, comment="admins"
        ),
        _rule("input", end),
    ]


def _rule(chain: str, *statements: dict[str, Any], comment: str = "") -> dict[str, Any]:
    return {"rule": {**TABLE, "chain": chain, **({"comment": comment} if comment else {}), "expr": list(statements)}}


def _is(left: Any, right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


def _meta(key: str) -> dict[str, Any]:
    return {"meta": {"key": key}}


def _ct(key: str) -> dict[str, Any]:
    return {"ct": {"key": key, "dir": "original"}}


def _ip(field: str) -> dict[str, Any]:
    return _field("ip", field)


def _field(protocol: str, field: str) -> dict[str, Any]:
    return {"payload": {"protocol": protocol, "field": field}}
