"""P7: met, missed by one, and unknown."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.roadmap.data.houses import NOW, alert, evidence, misses, watched

from limen.clock import DAY, HOUR, MINUTE, from_iso
from limen.monitor.detections.hit import Level
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.notify.rules import Channel, Hours, Kind, NotifyRules
from limen.roadmap.data.alerts_looked_at import CONTROL, working_day_after
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.model import Grade

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = from_iso("2027-01-11T09:00:00Z")


def test_all_were_looked_at_and_there_are_few() -> None:
    found = CONTROL.measured(watched())
    assert (found.is_met, found.grade) == (True, Grade.MEASURED)


@pytest.mark.parametrize(
    "changed",
    [
        {"closed_after": 0},
        {"opened_at": NOW - 60 * DAY, "closed_after": 0},
        {"closed_after": 4 * DAY},
        {"closed_by": ""},
        {"verdict": ""},
        {"level": Level.CRITICAL, "closed_after": HOUR + 1},
    ],
)
def test_one_that_nobody_looked_at_in_time_misses_it(changed: dict[str, Any]) -> None:
    found = CONTROL.measured(watched(alerts=(alert("al_0", NOW - 8 * DAY), alert(**changed))))
    assert (found.is_met, misses(found)) == (False, ["al_1"])


def test_one_in_twenty_may_be_late() -> None:
    alerts = [alert(f"al_{number}", NOW - number * DAY) for number in range(5, 24)]
    assert CONTROL.measured(watched(alerts=(*alerts, alert("late", closed_after=0)))).parts[0].is_met
    assert not CONTROL.measured(watched(alerts=(*alerts[1:], alert("late", closed_after=0)))).parts[0].is_met


def test_what_is_open_and_not_due_is_not_counted() -> None:
    found = CONTROL.measured(watched(alerts=(alert(opened_at=NOW - MINUTE, closed_after=0),)))
    assert (found.is_met, found.parts[0].denominator) == (False, 0)


def test_what_is_critical_waits_for_the_hours_that_were_agreed_and_never_longer_than_others() -> None:
    def is_met(days: tuple[int, ...], closed_after: int) -> bool:
        hours = Hours(days, 9 * 60, 17 * 60)
        rules = MonitorRules(notify=NotifyRules({"mail": Channel(Kind.MAIL, hours=hours)}))
        one = alert(opened_at=MONDAY - 3 * HOUR, closed_after=closed_after, level=Level.CRITICAL)
        return CONTROL.measured(watched(rules=rules, alerts=(one,), zone=BERLIN)).parts[0].is_met

    weekdays = (0, 1, 2, 3, 4)
    assert (is_met(weekdays, 3 * HOUR), is_met(weekdays, 3 * HOUR + 1)) == (True, False)
    assert (is_met((5,), DAY), is_met((5,), DAY + 1)) == (True, False)


def test_more_alerts_a_day_than_people_look_at_miss_it() -> None:
    two = (alert("al_1"), alert("al_2"))
    assert misses(CONTROL.measured(watched(alerts=two)), 1) == ["2027-01-10"]


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2027-01-11T09:00:00Z", "2027-01-12T09:00:00Z"),
        ("2027-01-15T09:00:00Z", "2027-01-18T09:00:00Z"),
        ("2027-01-16T09:00:00Z", "2027-01-18T23:00:00Z"),
        ("2027-01-17T22:59:00Z", "2027-01-18T23:00:00Z"),
    ],
)
def test_weekends_are_no_working_days(opened: str, due: str) -> None:
    assert working_day_after(from_iso(opened), BERLIN) == from_iso(due)


def test_it_is_unknown_without_watching_and_without_alerts() -> None:
    for of in (evidence(DataEvidence()), watched(is_running=False), watched(alerts=())):
        assert CONTROL.measured(of).grade is Grade.UNKNOWN
