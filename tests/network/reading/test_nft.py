"""Rulesets of others, read. Against a real kernel: tests/laws/test_network_reading.py."""

from __future__ import annotations

import json
from collections.abc import Sequence

from limen.network.nft.listing import tables
from limen.network.packets import Box, Packet
from limen.network.reading.nft import Reading, interfaces, read

_LEGS = {"office": ("vlan10",), "servers": ("vlan20",), "internet": ("eth0",)}
_SSH = Packet("office", "servers", 4, 0x0A0A0005, 0x0A140005, 6, 22)
_IN = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "vlan10"}}


def _dport(port: int) -> dict[str, object]:
    return {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": port}}


def _text(*objects: object) -> str:
    return json.dumps({"nftables": [{"table": {"family": "inet", "name": "t"}}, *objects]})


def _chain(
    name: str, hook: str = "", *, prio: int = 0, policy: str = "drop", kind: str = "filter"
) -> dict[str, object]:
    about = {"type": kind, "hook": hook, "prio": prio, "policy": policy} if hook else {}
    return {"chain": {"family": "inet", "table": "t", "name": name, **about}}


def _rule(chain: str, *statements: object, comment: str = "") -> dict[str, object]:
    return {"rule": {"family": "inet", "table": "t", "chain": chain, "expr": list(statements), "comment": comment}}


def _read(*objects: object, legs: dict[str, tuple[str, ...]] | None = None) -> Reading:
    return read(tables(_text(*objects)), legs or _LEGS, 0)


def _allows(reading: Reading, packets: Sequence[Packet]) -> list[bool]:
    return [reading.ruleset.allows(one) for one in packets]


def test_a_rule_is_called_by_its_comment_or_its_place() -> None:
    reading = _read(
        _chain("f", "forward"),
        _rule("f", _IN, _dport(22), {"accept": None}, comment="ssh-in"),
        _rule("f", _dport(23), {"accept": None}),
    )
    assert reading.is_exact
    assert [reading.ruleset.decides(one).id for one in (_SSH, _SSH._replace(port=23))] == ["ssh-in", "t.f:2"]  # type: ignore[union-attr]
    assert reading.ruleset.decides(_SSH._replace(port=24)).allows is False  # type: ignore[union-attr]


def test_goto_does_not_come_back_and_return_ends_a_chain() -> None:
    reading = _read(
        _chain("called"),
        _chain("f", "forward"),
        _rule("called", _dport(22), {"return": None}),
        _rule("called", _dport(22), {"accept": None}),
        _rule("called", _dport(443), {"accept": None}),
        _rule("f", _IN, {"goto": {"target": "called"}}),
        _rule("f", {"accept": None}),
    )
    other = _SSH._replace(from_zone="internet")
    assert _allows(reading, [_SSH, _SSH._replace(port=443), _SSH._replace(port=80), other]) == [
        False,
        True,
        False,
        True,
    ]


def test_what_one_chain_accepts_the_next_has_to_let_through() -> None:
    reading = _read(
        _chain("second", "forward", prio=10, policy="accept"),
        _chain("first", "forward", prio=-10),
        _rule("first", _IN, {"accept": None}),
        _rule("second", _dport(22), {"drop": None}),
    )
    assert reading.is_exact
    assert _allows(reading, [_SSH, _SSH._replace(port=23), _SSH._replace(from_zone="internet")]) == [False, True, False]


def test_without_a_chain_everything_is_let_through() -> None:
    assert _read(_chain("i", "input")).ruleset.allows(_SSH)


def test_what_stands_elsewhere_is_named() -> None:
    notes = _read(
        _chain("pre", "prerouting", kind="nat", policy="accept"),
        _chain("raw", "prerouting", prio=-300),
        _chain("f", "forward"),
        _rule("pre", {"dnat": {"addr": "10.20.0.5"}}),
    ).notes
    assert [(one.place, one.effect) for one in notes] == [
        ("inet t pre 1", "translates"),
        ("inet t raw", "may-deny"),
    ]


def test_interfaces_of_one_zone_that_differ_let_through_what_either_does() -> None:
    legs = {"office": ("vlan10", "vlan11"), "servers": ("vlan20",)}
    only_one = _read(_chain("f", "forward"), _rule("f", _IN, _dport(22), {"accept": None}), legs=legs)
    assert only_one.ruleset.allows(_SSH)
    cut_one = _read(_chain("f", "forward", policy="accept"), _rule("f", _IN, _dport(22), {"drop": None}), legs=legs)
    assert cut_one.ruleset.allows(_SSH)
    both = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": {"set": ["vlan10", "vlan11"]}}}
    cut_both = _read(_chain("f", "forward", policy="accept"), _rule("f", both, _dport(22), {"drop": None}), legs=legs)
    assert not cut_both.ruleset.allows(_SSH)


def test_whoever_has_no_zones_takes_each_interface_for_one() -> None:
    vmap = {"vmap": {"key": {"meta": {"key": "oifname"}}, "data": {"set": [["lan0", {"accept": None}]]}}}
    listed = tables(_text(_chain("f", "forward"), _rule("f", _IN, vmap)))
    assert interfaces(listed) == ("vlan10", "lan0")
    legs = {name: (name,) for name in interfaces(listed)}
    packet = Box(4, (1, 1), (2, 2)).first("vlan10", "lan0")
    assert read(listed, legs, 0).ruleset.allows(packet)


def test_a_drop_that_is_limited_may_let_through() -> None:
    reading = _read(
        _chain("f", "forward", policy="accept"),
        _rule("f", {"limit": {"rate": 5, "per": "second"}}, {"drop": None}),
    )
    assert reading.ruleset.allows(_SSH)
    assert [one.effect for one in reading.notes] == ["may-allow"]
