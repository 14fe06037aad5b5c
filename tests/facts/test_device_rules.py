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


@pytest.mark.parametrize("severity", [Severity.WARN, Severity.RESTRICT, Severity.BLOCK])
def test_what_was_never_known_to_be_good_counts_at_once_while_it_is_unknown(severity: Severity) -> None:
    asked = Requirement(severity, DAY)
    assert due(asked, 7, is_known=False, was_good=False) == 7
    assert due(asked, 7, is_known=True, was_good=False) == due(asked, 7, is_known=True)
    assert due(asked, 7, is_known=False, was_good=False, report_only_until=9) == 9
    assert due(Requirement(Severity.REPORT), 7, is_known=False, was_good=False) == 0


def test_a_check_is_asked_for_where_it_says() -> None:
    rules = DeviceRules({"firewall": Requirement(Severity.WARN, platforms=("linux",))})
    assert (rules.of("firewall", "linux") is not None, rules.of("firewall", "macos"), rules.of("os", "linux")) == (
        True,
        None,
        None,
    )
