"""What each rule decides, and who takes over where subtraction would not end."""

from __future__ import annotations

from limen.network.packets import Box, Packet, Rule, Ruleset, every_packet, regions as module
from limen.network.packets.regions import Regions
from limen.network.packets.spans import box_of, span_between

_ZONES = ("office", "servers")
_WEB = Box(4, (0, 99), (0, 99), (6, 6), (443, 443))


def _rules(*rules: tuple[str, bool, Box]) -> Ruleset:
    return Ruleset(_ZONES, tuple(Rule(id_, allows, "office", "servers", box) for id_, allows, box in rules))


def test_each_rule_decides_what_is_left_for_it() -> None:
    block = _WEB._replace(source=(0, 9))
    regions = Regions(_rules(("no", False, block), ("web", True, _WEB)))
    assert [[box_of(span) for span in spans or ()] for spans in regions.reached] == [
        [block],
        [_WEB._replace(source=(10, 99))],
    ]
    assert [one.position for one in regions.let_through] == [1]
    assert regions.lists_all


def test_a_witness_is_a_packet_with_its_rule() -> None:
    regions = Regions(_rules(("no", False, _WEB._replace(source=(0, 9))), ("web", True, _WEB)))
    found = regions.witness(span_between("office", "servers", every_packet(4), regions.numbers))
    assert found is not None
    assert found[1].id == "web"
    assert found[0] == Packet("office", "servers", 4, 10, 0, 6, 443)
    assert regions.witness(span_between("servers", "office", every_packet(4), regions.numbers)) is None


def test_the_diagrams_take_over_and_say_the_same(monkeypatch) -> None:
    holes = [("no", False, Box(4, (at, at), (at, at), (0, 255), (at, at))) for at in range(30)]
    ruleset = _rules(*holes, ("all", True, every_packet(4)))
    asked = span_between("office", "servers", every_packet(4), {"office": 0, "servers": 1})
    by_subtraction = Regions(ruleset)
    listed = by_subtraction.let_through
    monkeypatch.setattr(module, "MOST_STEPS", 40)
    by_diagrams = Regions(ruleset)
    taken_over = by_diagrams.let_through
    assert by_diagrams._tangles
    assert not by_subtraction._tangles
    assert sum(map(_size, taken_over)) == sum(map(_size, listed))
    found = by_diagrams.witness(asked)
    assert found is not None
    assert ruleset.decides(found[0]) is found[1]


def _size(piece: module.Piece) -> int:
    box, found = box_of(piece.span), 1
    for low, high in box[1:]:
        found *= high - low + 1
    return found


def test_no_rules_let_nothing_through() -> None:
    regions = Regions(_rules())
    assert regions.let_through == []
    assert regions.witness(span_between("office", "servers", _WEB, regions.numbers)) is None
