"""N4, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.network.networks import flow, way
from tests.roadmap.network.houses import FLOWS, NOW, SILENT, evidence, figures, known, misses, network, state

from limen.clock import DAY
from limen.network.firewalls.drift_events import Drift
from limen.network.model import Never
from limen.network.proof.naming import Reachable
from limen.roadmap.model import Grade
from limen.roadmap.network.never_proven import CONTROL


def test_it_is_met_where_all_six_are_proved_in_force() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade, figures(CONTROL, evidence())) == (True, Grade.MEASURED, [(6, 6)])


def test_it_misses_by_one_that_is_possible() -> None:
    of = network((*FLOWS, flow("hole", way("office", "vault", "https"))))
    assert misses(CONTROL, evidence(of)) == ["backup-from-people"]


def test_it_misses_by_one_that_is_not_stated() -> None:
    of = network(without={"guests-inside": "no guests"})
    assert misses(CONTROL, evidence(of, without={"guests-inside": "no guests"})) == ["guests-inside"]


def test_statements_of_the_company_count_beside_the_six() -> None:
    of = network()
    own = Never("own", way("office", "finance", "https"), "why", hops=True)
    of = replace(of, nevers=(*of.nevers, own))
    assert figures(CONTROL, evidence(of)) == [(7, 7)]
    late = state(of, heard_at=NOW - 2 * DAY)
    assert "own" in misses(CONTROL, evidence(of, firewalls=(late,)))


def test_what_is_proved_on_paper_alone_is_missed() -> None:
    of, more = network(), Reachable("guests", "vault", ("ssh",), (4,), ("x",))
    drift = Drift(NOW - DAY, "chain inet other c at forward", "", "there", 1, is_repaired=False)
    doubtful: tuple[dict[str, Any], ...] = (
        {"reported": "d2"},
        {"is_enrolled": False},
        {"wanted": "d2", "beyond": (more,)},
        {"wanted": "d2", "beyond": None},
        {"drifts": (drift,)},
    )
    for otherwise in doubtful:
        assert len(misses(CONTROL, evidence(of, firewalls=(state(of, **otherwise),)))) == 6, otherwise
    fine: tuple[dict[str, Any], ...] = ({"wanted": "d2"}, {"drifts": (drift,), "settled_at": NOW})
    for otherwise in fine:
        assert misses(CONTROL, evidence(of, firewalls=(state(of, **otherwise),))) == [], otherwise


def test_it_is_unknown_where_nothing_is_stated_or_proved() -> None:
    assert known(CONTROL, SILENT) == known(CONTROL, evidence(proved=None)) == [False]
