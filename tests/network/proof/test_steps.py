"""How far somebody gets, by the fewest steps."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.model import INTERNET, Flow
from limen.network.packets.regions import Regions
from limen.network.proof.assets import Assets
from limen.network.proof.steps import Reach, Ways

_ASSETS = Assets(harbor())


def _ways(*flows: Flow) -> Ways:
    return Ways(_ASSETS, Regions(compiled(harbor(flows), "2026-11-27")))


def _reached(reach: Reach) -> set[str]:
    return {_ASSETS.all[at].name for at in reach.came}


def test_the_way_with_the_fewest_steps() -> None:
    ways = _ways(flow("a", way("office", "files")), flow("b", way("files", "vault")), flow("c", way("office", "vault")))
    reach = ways.reach(_ASSETS.named("office"))
    assert [one.rule_id for one in ways.steps(reach, *_ASSETS.named("vault"))] == ["c"]


def test_an_echo_reaches_and_another_service_goes_on() -> None:
    ping, copy = flow("a", way("office", "files", "ping")), flow("b", way("files", "vault"))
    assert _reached(_ways(ping, copy).reach(_ASSETS.named("office"))) == {"files"}
    both = _ways(ping, flow("c", way("office", "files", "ssh")), copy)
    reach = both.reach(_ASSETS.named("office"))
    assert _reached(reach) >= {"files", "vault", "servers"}
    assert [one.rule_id for one in both.steps(reach, *_ASSETS.named("files"))] == ["c"]


def test_the_internet_is_a_step() -> None:
    ways = _ways(flow("out", way("office", INTERNET)), flow("in", way(INTERNET, "files")))
    reach = ways.reach(_ASSETS.named("office"))
    assert [one.rule_id for one in ways.steps(reach, *_ASSETS.named("files"))] == ["out", "in"]


def test_pieces_can_stand_in_for_a_rule() -> None:
    ways = _ways(flow("a", way("office", "files")))
    position = ways.regions.let_through[0].position
    without = {one.position: [] for one in ways.regions.let_through}
    assert _reached(ways.reach(_ASSETS.named("office"), without)) == set()
    assert _reached(ways.reach(_ASSETS.named("office"), {position: ways.regions.let_through[:1]})) >= {"files"}


def test_a_zone_can_be_looked_at_as_if_its_hosts_were_kept_apart() -> None:
    ways = _ways(flow("a", way("office", "files")))
    assert _reached(ways.reach(_ASSETS.named("office"))) == {"files", "dc", "servers"}
    assert _reached(ways.reach(_ASSETS.named("office"), isolated="servers")) == {"files"}


def test_ways_beside_others_leave_both_as_they_are() -> None:
    one, other = _ways(flow("a", way("office", "files"))), _ways(flow("b", way("office", "vault")))
    both = one.beside([other])
    assert _reached(both.reach(_ASSETS.named("office"))) >= {"files", "vault"}
    assert "vault" not in _reached(one.reach(_ASSETS.named("office")))
