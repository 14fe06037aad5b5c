"""N6, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from tests.roadmap.network.houses import NOW, SILENT, evidence, known, measured, misses, network, state

from limen.clock import DAY
from limen.network.proof.assets import Asset
from limen.roadmap.model import Grade
from limen.roadmap.network.crown_jewels import CONTROL
from limen.roadmap.network.evidence import Foothold

OFFICE = Foothold("office", "office", "/console/network/zones/office", False, frozenset({Asset("files", "servers", 1)}))
ADA = Foothold("p_ada", "ada@harbor.example", "/console/people/p_ada", True)


def test_it_is_met_where_nothing_restricted_is_within_reach() -> None:
    found = measured(CONTROL, evidence(footholds=(OFFICE, ADA)))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 4)


def test_it_misses_by_one_asset_and_names_nobody() -> None:
    ada = Foothold("p_ada", "ada@harbor.example", "", True, frozenset({Asset("vault", "backup", 3)}))
    of = evidence(footholds=(OFFICE, ada))
    (row,) = measured(CONTROL, of).parts[0].misses
    assert (row.id, row.is_personal, "ada" in row.why) == ("asset:vault", False, False)


def test_what_firewalls_are_not_known_to_keep_out_of_reach_is_missed() -> None:
    late = state(network(), heard_at=NOW - 2 * DAY)
    assert len(misses(CONTROL, evidence(footholds=(OFFICE,), firewalls=(late,)))) == 4


def test_it_is_unknown_where_nothing_is_stated_or_worked_out() -> None:
    assert known(CONTROL, SILENT) == known(CONTROL, evidence(footholds=None)) == known(CONTROL, evidence()) == [False]
