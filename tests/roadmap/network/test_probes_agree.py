"""N5, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.network.houses import NOW, PROBED, SILENT, evidence, known, measured, misses, network, result, state

from limen.clock import DAY, HOUR
from limen.network.firewalls.drift_events import Drift
from limen.network.proof.naming import Reachable
from limen.roadmap.model import Grade
from limen.roadmap.network.probes_agree import CONTROL


def test_it_is_met_where_all_comes_out_as_stated() -> None:
    found = measured(CONTROL, evidence())
    assert (found.is_met, found.grade) == (True, Grade.PROBED)
    assert [one.denominator for one in found.parts] == [6, 7, 2]


def test_it_misses_by_one_probe() -> None:
    for outcome in ("through", "untried"):
        bad = result("10.60.0.2", "backup", outcome)
        assert misses(CONTROL, evidence(probed=(*PROBED[:2], bad, *PROBED[3:]))) == ["files>10.60.0.2:22"]


def test_it_misses_by_one_zone_that_nobody_tried() -> None:
    assert misses(CONTROL, evidence(probed=PROBED[:-1]), 1) == ["zone:jump"]


def test_a_canary_that_is_silent_is_missed() -> None:
    of = evidence(probed=tuple(replace(one, at=NOW - 3 * HOUR) for one in PROBED))
    assert (misses(CONTROL, of), len(misses(CONTROL, of, 1))) == (["canary:files"], 7)


def test_it_misses_by_one_firewall_with_other_rules_or_changed_by_somebody() -> None:
    of, more = network(), Reachable("guests", "vault", ("ssh",), (4,), ("x",))
    fine = state(of, "files")
    drift = Drift(NOW - HOUR, "chain forward", "", "accept", 1, is_repaired=True)
    for otherwise in ({"wanted": "d2", "lacking": (more,)}, {"drifts": (drift,)}, {"reported": ""}):
        assert misses(CONTROL, evidence(of, firewalls=(state(of, **otherwise), fine)), 2) == ["firewall:gw1"]
    old = state(of, drifts=(replace(drift, at=NOW - 2 * DAY),))
    assert misses(CONTROL, evidence(of, firewalls=(old, fine)), 2) == []


def test_it_is_unknown_without_canaries_and_firewalls() -> None:
    of = replace(network(), firewalls=())
    assert known(CONTROL, evidence(of)) == [False, False, False]
    assert known(CONTROL, SILENT) == [False, False, False]
