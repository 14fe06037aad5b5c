"""Whether a device is healthy, and from when on it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from tests.devices.seen import NOW, reported

from limen.clock import DAY
from limen.devices.compliance import COMPLIANT, NON_COMPLIANT, UNKNOWN, judge
from limen.devices.model import Posture, Reason
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity

RULES = DeviceRules()
OFF = {"firewall": {"enabled": False}}


def test_a_device_that_never_reported_is_not_known_to_be_healthy() -> None:
    health = judge(RULES, "linux", Posture(), NOW)
    assert (health.compliance, health.passing) == (UNKNOWN, frozenset())


def test_a_healthy_one_passes_everything_that_is_asked_for() -> None:
    health = judge(RULES, "linux", reported(), NOW)
    assert (health.compliance, health.due_at, health.not_good, health.blocks) == (COMPLIANT, 0, (), False)
    assert health.passing == frozenset(CHECKS) - {"edr"}


@pytest.mark.parametrize(("after", "compliance"), [(0, COMPLIANT), (DAY - 1, COMPLIANT), (DAY, NON_COMPLIANT)])
def test_a_grace_begins_when_a_check_fails_first(after: int, compliance: str) -> None:
    health = judge(RULES, "linux", reported(OFF, {"firewall": NOW}), NOW + after)
    assert (health.compliance, health.failing_since) == (compliance, {"firewall": NOW})
    assert health.due_at == (NOW + DAY if compliance == COMPLIANT else 0)


def test_what_failed_anew_since_gets_a_grace_of_its_own() -> None:
    assert judge(RULES, "linux", reported(OFF), NOW + 9 * DAY).compliance == COMPLIANT


def test_what_only_is_noted_never_counts() -> None:
    health = judge(RULES, "linux", reported({"secure_boot": {"enabled": False}}, {"secure_boot": 1}), NOW)
    assert (health.compliance, [one.check for one in health.not_good]) == (COMPLIANT, ["secure_boot"])


def test_malware_blocks_and_not_knowing_of_any_does_not() -> None:
    found = judge(RULES, "linux", reported({"threats": {"active": [{"name": "Eicar", "at": 1}]}}), NOW)
    assert (found.compliance, found.blocks) == (NON_COMPLIANT, True)
    unsure = judge(RULES, "linux", reported({"threats": Reason.MISSING_TOOL}, {"threats": NOW - DAY}), NOW)
    assert (unsure.compliance, unsure.blocks) == (NON_COMPLIANT, False)
    assert judge(RULES, "linux", reported({"threats": Reason.MISSING_TOOL}), NOW).compliance == COMPLIANT


def test_what_is_not_asked_for_on_a_platform_says_nothing_of_its_health_and_passes_for_apps_all_the_same() -> None:
    rules = DeviceRules({"firewall": Requirement(Severity.RESTRICT, platforms=("windows",))})
    assert judge(rules, "windows", reported(OFF), NOW).compliance == NON_COMPLIANT
    health = judge(rules, "linux", reported(OFF), NOW)
    assert (health.compliance, "firewall" in health.passing, "updates" in health.passing) == (COMPLIANT, False, True)


@given(st.sets(st.sampled_from(sorted(BASELINE))), st.integers(0, 40 * DAY))
def test_the_more_is_unknown_the_fewer_pass_and_health_never_comes_back(hidden: set[str], after: int) -> None:
    whole = judge(RULES, "linux", reported(), NOW + after)
    less = judge(
        RULES, "linux", reported(dict.fromkeys(hidden, Reason.DENIED), dict.fromkeys(hidden, NOW)), NOW + after
    )
    assert less.passing == whole.passing - hidden
    assert less.compliance == COMPLIANT or hidden
    later = judge(
        RULES, "linux", reported(dict.fromkeys(hidden, Reason.DENIED), dict.fromkeys(hidden, NOW)), NOW + after + DAY
    )
    assert (less.compliance, later.compliance) != (NON_COMPLIANT, COMPLIANT)


WEEK = replace(RULES, report_only_until=NOW + 7 * DAY)
OLD = {"updates": {"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0}}


@pytest.mark.parametrize(("after", "compliance"), [(0, COMPLIANT), (7 * DAY - 1, COMPLIANT), (7 * DAY, NON_COMPLIANT)])
def test_in_a_companys_first_week_nothing_counts(after: int, compliance: str) -> None:
    reported_then = reported(OLD, {"updates": NOW - DAY})
    assert judge(RULES, "linux", reported_then, NOW).compliance == NON_COMPLIANT
    health = judge(WEEK, "linux", reported_then, NOW + after)
    assert health.compliance == compliance
    assert health.due_at == (NOW + 7 * DAY if compliance == COMPLIANT else 0)
    assert "updates" not in health.passing


def test_what_blocks_counts_in_the_first_week_too() -> None:
    found = reported({"threats": {"active": [{"name": "Eicar", "at": 1}]}})
    health = judge(WEEK, "linux", found, NOW)
    assert (health.compliance, health.blocks) == (NON_COMPLIANT, True)
    unknown = reported({"threats": Reason.DENIED}, {"threats": NOW - 30 * DAY})
    assert judge(WEEK, "linux", unknown, NOW).compliance == COMPLIANT
