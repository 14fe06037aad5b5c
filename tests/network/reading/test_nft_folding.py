"""Interfaces as zones."""

from __future__ import annotations

from limen.network.packets import ANYWHERE, Box
from limen.network.reading.nft_folding import rules
from limen.network.reading.nft_regions import Found, Region

_BOX = Box(4, (0, 9), (0, 9), (6, 6), (22, 22))
_ONE = {"office": ("a",), "servers": ("b",)}


def _found(sources: str, *, allows: bool = True, box: Box = _BOX, seconds: int | None = None) -> Found:
    return Found("r", allows, Region(frozenset(sources), frozenset("z"), box, "", seconds))


def test_what_is_about_every_interface_is_about_any_zone() -> None:
    region = Region(frozenset("ab"), frozenset("b"), _BOX, "", 9)
    (rule,) = rules([Found("r", True, region)], _ONE, 1_000)
    assert (rule.from_zone, rule.to_zone, rule.until) == (ANYWHERE, "servers", 10_000)


def test_interfaces_that_say_the_same_are_one_zone() -> None:
    legs = {"office": ("a", "c"), "servers": ("z",)}
    said = [(one.from_zone, one.allows) for one in rules([_found("ac", allows=False), _found("ac")], legs, 0)]
    assert said == [("office", False), ("office", True)]


def test_of_interfaces_that_differ_each_lets_through_what_it_does() -> None:
    legs = {"office": ("a", "c"), "servers": ("z",)}
    wide = _BOX._replace(port=(0, 99))
    found = list(rules([_found("a", allows=False), _found("ac", box=wide)], legs, 0))
    assert all(one.allows for one in found)
    assert any(one.box.port == (0, 99) for one in found)
