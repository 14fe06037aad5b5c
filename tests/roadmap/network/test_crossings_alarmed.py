"""N7, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

from tests.network.learning.seen import AT, contact, tally
from tests.roadmap.network.houses import PROBED, SEEN, SILENT, evidence, known, measured, misses

from limen.clock import DAY, MINUTE, SECOND
from limen.roadmap.model import Grade
from limen.roadmap.network.crossings_alarmed import CONTROL
from limen.roadmap.network.evidence import CrossingAlert

TRIED = {**SEEN, contact("10.10.0.7", "10.60.0.2", 445): tally(5, refused=5)}


def alert(address: str, since: int = AT, raised_at: int = AT + 20 * SECOND) -> CrossingAlert:
    return CrossingAlert(f"a_{address}_{since}", "tried", f"address:{address}", "c1", since, raised_at)


def test_it_is_met_where_each_try_raised_an_alert_in_time() -> None:
    found = measured(CONTROL, evidence(seen=TRIED, alerts=(alert("10.10.0.7"),)))
    assert (found.is_met, found.grade) == (True, Grade.PROBED)
    assert [one.denominator for one in found.parts] == [5, 1, 1]


def test_it_misses_by_one_machine_that_no_alert_is_about() -> None:
    more = {**TRIED, contact("10.40.0.8", "10.99.0.9", 22): tally(1, refused=1)}
    of = evidence(seen=more, alerts=(alert("10.10.0.7"), alert("10.40.0.8", AT - DAY, AT - DAY)))
    assert [one.partition("@")[0] for one in misses(CONTROL, of, 1)] == ["10.40.0.8"]
    assert all(one.is_personal for one in measured(CONTROL, of).parts[1].rows)


def test_it_misses_by_one_alert_that_came_late() -> None:
    late = alert("10.10.0.7", raised_at=AT + 3 * MINUTE)
    assert misses(CONTROL, evidence(seen=TRIED, alerts=(late,)), 2) == [f"alert:{late.id}"]


def test_it_misses_by_one_denial_that_no_firewall_told() -> None:
    quiet = replace(PROBED[2], denied_by=())
    assert misses(CONTROL, evidence(probed=(*PROBED[:2], quiet, *PROBED[3:]))) == ["files>10.60.0.2:22"]


def test_what_no_detection_is_about_is_not_counted() -> None:
    fine = contact("10.20.0.10", "10.60.0.2", 445)
    pinged = contact("10.10.0.9", "10.60.0.2", 8, protocol=1)
    of = evidence(seen={**TRIED, fine: tally(1, refused=1), pinged: tally(1, refused=1)}, alerts=())
    assert len(misses(CONTROL, of, 1)) == 1


def test_it_is_unknown_where_nothing_was_tried_or_nobody_watches() -> None:
    assert known(CONTROL, SILENT) == [False, False, False]
    assert known(CONTROL, evidence(probed=())) == [False, False, False]
    assert known(CONTROL, evidence(seen=TRIED, alerts=None)) == [True, False, False]
