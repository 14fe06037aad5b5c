"""What a change opens and closes, as packets."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.packets import ANYWHERE, Box, Rule, Ruleset, every_packet, regions
from limen.network.proof.newly_reachable import Difference, newly_reachable

_TODAY = "2026-11-27"


def test_nothing_changes_where_nothing_changes() -> None:
    network, again = (harbor([flow(name, way("office", "files"))]) for name in ("a", "b"))
    assert newly_reachable(compiled(network, _TODAY), compiled(network, _TODAY)) == Difference()
    assert newly_reachable(compiled(network, _TODAY), compiled(again, _TODAY)) == Difference()


def test_a_zone_that_comes_is_not_there_before() -> None:
    rules = (Rule("all", True, ANYWHERE, "servers", every_packet(4)),)
    found = newly_reachable(Ruleset(("office", "servers"), rules), Ruleset(("office", "lab", "servers"), rules))
    assert [(one.from_zone, one.to_zone) for one in found.new] == [("lab", "servers")]
    assert found.gone == ()


def test_the_diagrams_take_over_and_say_the_same(monkeypatch) -> None:
    hole = Box(4, (10, 20), (10, 20), (6, 6), (80, 90))
    before = Ruleset(("a", "b"), (Rule("no", False, "a", "b", hole), Rule("all", True, "a", "b", every_packet(4))))
    after = Ruleset(("a", "b"), before.rules[1:])
    exact = newly_reachable(before, after)
    monkeypatch.setattr(regions, "MOST_STEPS", 0)
    monkeypatch.setattr(regions, "MOST_TANGLES", 0)
    taken_over = newly_reachable(before, after)
    assert [one.box for one in exact.new] == [one.box for one in taken_over.new] == [hole]
    assert [one.rule.id for one in taken_over.new] == ["all"]
    assert taken_over.is_whole
