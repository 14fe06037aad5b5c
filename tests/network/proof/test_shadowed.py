"""Rules that do nothing, and those that do it instead."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.model import Block, Flow
from limen.network.packets.regions import Regions
from limen.network.proof.shadowed import Unneeded, Why, unneeded


def _found(flows: list[Flow], blocks: list[Block] | None = None) -> tuple[Unneeded, ...]:
    return unneeded(Regions(compiled(harbor(flows, blocks or []), "2026-11-27")))


def test_a_flow_behind_a_block_is_never_reached() -> None:
    flows = [flow("a", way("office", "vault")), flow("c", way("office", "backup", "ping"))]
    found = _found(flows, [Block("b", way("office", "vault", "any"), "")])
    assert found == (Unneeded("a", True, Why.NEVER_REACHED, ("b",)),)


def test_a_flow_within_a_later_one_changes_nothing() -> None:
    flows = [flow("small", way("office", "files")), flow("wide", way("office", "servers", "any"))]
    assert _found(flows) == (Unneeded("small", True, Why.CHANGES_NOTHING, ("wide",)),)


def test_of_two_alike_one_is_needed() -> None:
    flows = [flow("one", way("office", "files")), flow("two", way("office", "files"))]
    assert [one.id for one in _found(flows)] == ["two"]


def test_a_flow_of_which_a_part_is_needed_is_needed() -> None:
    flows = [flow("both", way("office guests", "files")), flow("wide", way("office", "servers", "any"))]
    assert _found(flows) == ()


def test_a_block_of_what_no_flow_lets_through_changes_nothing() -> None:
    found = _found([flow("a", way("office", "files"))], [Block("b", way("guests", "files"), "")])
    assert found == (Unneeded("b", False, Why.CHANGES_NOTHING, ()),)
