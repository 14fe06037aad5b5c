"""D2, met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.devices.seen import NOW, checks
from tests.roadmap.devices.harbor_devices import SEEN, browser, harbor, laptop, misses, phone

from limen.clock import DAY
from limen.devices.model import State
from limen.facts.device_rules import BASELINE, DeviceRules, Severity
from limen.roadmap.devices.healthy_devices import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

BAD = {"updates": {"pending": 1, "security": 1, "lists_age_days": 0, "oldest_days": 30}}


def test_it_is_met_where_all_are_compliant() -> None:
    assert CONTROL.measured(harbor()).is_met
    managed = phone("ada", checks=checks({"management": {"compliant": True}}))
    found = CONTROL.measured(harbor(records=(managed,)))
    assert (found.is_met, found.grade, found.parts[0].numerator) == (True, Grade.IMPORTED, 3)


@pytest.mark.parametrize(
    "ben",
    [
        laptop("ben", BAD, failing_since={"updates": NOW - 30 * DAY}),
        laptop("ben", at=NOW - DAY),
        replace(laptop("ben"), device=replace(laptop("ben").device, state=State.QUARANTINED)),
    ],
)
def test_it_misses_by_one(ben: object) -> None:
    found = CONTROL.measured(harbor((laptop("ada"), ben)))  # type: ignore[arg-type]
    assert (found.is_met, misses(found)) == (False, ["d_ben"])


def test_a_first_week_in_which_nothing_counts_makes_nobody_healthy() -> None:
    bad = laptop("ben", BAD, failing_since={"updates": NOW - 30 * DAY})
    rules = DeviceRules(report_only_until=NOW + 30 * DAY)
    assert misses(CONTROL.measured(harbor((laptop("ada"), bad), rules=rules))) == ["d_ben"]


def test_rules_that_ask_for_less_than_the_baseline_are_named() -> None:
    lax = replace(BASELINE["updates"], within_days=60)
    shown = replace(BASELINE["firewall"], severity=Severity.REPORT)
    rules = DeviceRules({**BASELINE, "updates": lax, "firewall": shown})
    found = CONTROL.measured(harbor(rules=rules))
    assert (found.is_met, sorted(misses(found, 1))) == (False, ["firewall", "updates"])


def test_a_device_that_nobody_knows_is_not_healthy() -> None:
    found = CONTROL.measured(harbor(browsers=(*SEEN, browser("ben", system="iphone"))))
    assert misses(found) == ["browser p_ben Firefox iphone"]


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=()), harbor(records=(phone("ada"),), heard={})):
        assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
