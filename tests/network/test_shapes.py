"""Bounds of what is written, and that every kind of firewall says where it is."""

from __future__ import annotations

from typing import get_args

from limen.network.model import KINDS
from limen.network.shapes import INTERFACE, NAME, PLACE_OF, FirewallKind, FirewallShape, ZoneKind


def test_zones_may_be_of_every_kind_but_that_of_the_internet() -> None:
    assert set(get_args(ZoneKind)) == set(KINDS) - {"internet"}


def test_every_kind_of_firewall_has_a_place() -> None:
    assert set(PLACE_OF) == set(get_args(FirewallKind))
    assert set(PLACE_OF.values()) <= set(FirewallShape.model_fields)


def test_names_hold_nothing_that_a_ruleset_reads_as_something_else() -> None:
    assert all(NAME.fullmatch(one) for one in ("a", "erp-web", "x" * 40))
    assert not any(NAME.fullmatch(one) for one in ("", "-a", "A", "a b", "a\n", 'a"', "a.b", "x" * 41, "ä"))
    assert all(INTERFACE.fullmatch(one) for one in ("vlan10", "eth0.10", "br-lan", "wg0"))
    assert not any(INTERFACE.fullmatch(one) for one in ("", "a b", 'a"', "a;b", "a/b", "*", "x" * 16))
