from __future__ import annotations

import pytest

from limen.clock import DAY
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity, due


def test_the_baseline_asks_for_checks_that_there_are_and_edr_where_somebody_has_one() -> None:
    assert set(BASELINE) == set(CHECKS) - {"edr"}
    assert BASELINE["updates"].within_days == 14


@pytest.mark.parametrize(
    ("severity", "is_known", "at"),
    [
        (Severity.REPORT, True, 0),
        (Severity.REPORT, False, 0),
        (Severity.WARN, True, 7 + DAY),
        (Severity.WARN, False, 7 + DAY),
        (Severity.RESTRICT, True, 7),
        (Severity.RESTRICT, False, 7 + DAY),
        (Severity.BLOCK, True, 7),
        (Severity.BLOCK, False, 7 + DAY),
    ],
)
def test_from_when_on_it_counts(severity: Severity, at: int, *, is_known: bool) -> None:
    assert due(Requirement(severity, DAY), 7, is_known=is_known) == at


def test_a_check_is_asked_for_where_it_says() -> None:
    rules = DeviceRules({"firewall": Requirement(Severity.WARN, platforms=("linux",))})
    assert (rules.of("firewall", "linux") is not None, rules.of("firewall", "macos"), rules.of("os", "linux")) == (
        True,
        None,
        None,
    )
