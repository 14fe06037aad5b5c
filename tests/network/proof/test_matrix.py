"""Each pair of zones, with what passes and by which rules."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import Places, compiled
from limen.network.packets import ANYWHERE, Rule, Ruleset, every_packet
from limen.network.packets.regions import Regions
from limen.network.proof.matrix import Matrix

_TODAY = "2026-11-27"


def test_a_cell_names_the_flows_that_make_it() -> None:
    network = harbor([flow("web", way("office", "files")), flow("shell", way("office", "servers", "ssh"))])
    matrix = Matrix(Regions(compiled(network, _TODAY)))
    assert matrix.cell("office", "servers").rule_ids == ("web", "shell")
    assert not matrix.cell("office", "servers").is_empty
    assert matrix.cell("servers", "office").is_empty
    assert {(one.from_zone, one.to_zone) for one in matrix.cells() if not one.is_empty} == {("office", "servers")}
    assert len(list(matrix.cells())) == 36
    assert list(matrix.open_cells()) == [one for one in matrix.cells() if not one.is_empty]


def test_rules_that_name_no_zone_count_where_addresses_are_at_home() -> None:
    network = harbor()
    ruleset = Ruleset(network.zone_names, (Rule("all", True, ANYWHERE, ANYWHERE, every_packet(6)),))
    places = Places(network)
    homes = {name: [(family, interval) for _, family, interval in places.of(name)] for name in network.zone_names}
    everywhere, at_home = Matrix(Regions(ruleset)), Matrix(Regions(ruleset), homes)
    for matrix in (everywhere, at_home):
        assert list(matrix.open_cells()) == [one for one in matrix.cells() if not one.is_empty]
    assert everywhere.cell("guests", "office").rule_ids == ("all",)
    assert at_home.cell("guests", "office").is_empty
    (region,) = at_home.cell("office", "servers").regions
    assert (4, region.box.source) not in homes["office"]
    assert (6, region.box.source) in homes["office"]
