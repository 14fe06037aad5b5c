"""What is proved of a network, as pages show it: pairs, their reasons, walls, and what is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.network.networks import flow, harbor, way

from limen.network.model import INTERNET, Block, Flow, Never
from limen.network.proof.matrix import Cell
from limen.network.proved import Proved, proved

_TODAY = "2026-11-27"
FLOWS = (flow("web", way("office", "internet")), flow("shares", way("office guests", "files", "ssh")))
BLOCKS = (Block("no-guests", way("guests", "servers", "https ssh"), "q"),)
NEVERS = (
    Never("no-backup", way("office guests internet", "backup"), "q"),
    Never("not-dc", way("office", "dc", "ssh"), "q"),
    Never("no-files", way("office", "files", "ssh"), "q"),
)


def _proved(flows: Sequence[Flow] = FLOWS) -> Proved:
    return proved(harbor(flows, BLOCKS, NEVERS), _TODAY)


def test_pairs_with_nothing_let_through_are_not_kept() -> None:
    found = _proved()
    assert found.cells.keys() == {("office", INTERNET), ("office", "servers")}
    assert found.cell("guests", "servers") == Cell("guests", "servers")
    assert [(one.start, one.end) for one in found.graph.edges] == [("office", "servers"), ("office", INTERNET)]


def test_lines_say_a_pair_and_a_flow_by_names() -> None:
    found = _proved()
    said = [(one.source, one.destination, one.services, one.rule_ids) for one in found.lines("office", "servers")]
    assert said == [("office", "files", ("ssh",), ("shares",))]
    assert found.lines_of(FLOWS[1], 10) == (found.lines("office", "servers"), 0)
    assert found.lines_of(FLOWS[1], 0) == ((), 1)
    assert found.lines("guests", "servers") == ()


def test_why_a_pair_is_as_it_is() -> None:
    found = _proved()
    assert found.blocks("guests", "servers") == ("no-guests",)
    assert found.blocks("office", "servers") == ()
    assert [one.never.id for one in found.about("office", "servers")] == ["not-dc", "no-files"]
    assert [one.holds for one in found.about("office", "servers")] == [True, False]
    assert [one.never.id for one in found.about(INTERNET, "backup")] == ["no-backup"]
    assert found.about("backup", "backup") == ()


def test_nothing_is_kept_from_itself_but_by_the_name_of_a_host() -> None:
    nevers = (Never("a", way("servers", "inside"), "q"), Never("b", way("files", "dc"), "q"))
    network = harbor((), (), nevers)
    apart = replace(network, zones=tuple(replace(one, is_isolated=True) for one in network.zones))
    assert [one.never.id for one in proved(apart, _TODAY).about("servers", "servers")] == ["b"]


def test_within_a_zone_something_guards_only_where_hosts_are_kept_apart() -> None:
    network = harbor()
    apart = replace(network, zones=(replace(network.zones[0], is_isolated=True), *network.zones[1:]))
    found = proved(apart, _TODAY)
    assert found.is_guarded("office", "office")
    assert not found.is_guarded("servers", "servers")
    assert not found.is_guarded(INTERNET, INTERNET)
    assert found.is_guarded("office", "servers")


def test_walls_stand_before_what_must_not_be_reached_and_broken_is_what_goes_through() -> None:
    found = _proved()
    assert {zone: [one.never.id for one in some] for zone, some in found.walls.items()} == {
        "backup": ["no-backup"],
        "servers": ["not-dc", "no-files"],
    }
    assert found.broken == {("office", "servers")}
    assert _proved(FLOWS[:1]).broken == frozenset()


def test_what_does_nothing_is_named() -> None:
    again = flow("again", way("office", "files", "ssh"))
    assert _proved((*FLOWS, again)).idle.keys() == {"again"}
    assert _proved().idle.keys() == set()
