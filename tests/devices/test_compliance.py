"""Whether a device is healthy, and from when on it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.devices.seen import NOW, reported

from limen.clock import DAY, HOUR
from limen.devices import observed
from limen.devices.compliance import COMPLIANT, NON_COMPLIANT, UNKNOWN, Health, Judged, judge, managed_until
from limen.devices.model import Check, CheckState, Posture, Reason, Said
from limen.devices.verdicts import Verdict
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, DeviceSource, Requirement, Severity, SourceKind
from limen.facts.signal_sources import SignalSource

RULES = DeviceRules()
OFF = {"firewall": {"enabled": False}}


def test_a_device_that_never_reported_is_not_known_to_be_healthy() -> None:
    health = judge(RULES, "linux", Posture(), NOW)
    assert (health.compliance, health.passing) == (UNKNOWN, frozenset())


def test_a_healthy_one_passes_everything_that_is_asked_for() -> None:
    health = judge(RULES, "linux", reported(), NOW)
    assert (health.compliance, health.due_at, health.not_good, health.blocks) == (COMPLIANT, 0, (), False)
    assert health.passing == frozenset(CHECKS) - {"edr", "management"}


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


@pytest.mark.parametrize("check", ["disk_encryption", "updates", "threats"])
def test_what_was_never_known_on_this_device_has_no_grace_until_it_was_good(check: str) -> None:
    new = replace(reported({check: Reason.DENIED}, {check: NOW}), enrolled_at=NOW)
    assert judge(RULES, "linux", new, NOW).compliance == NON_COMPLIANT
    assert judge(WEEK, "linux", new, NOW).compliance == COMPLIANT
    later = replace(reported({check: Reason.DENIED}), enrolled_at=NOW)  # it was good when it was last reported
    health = judge(RULES, "linux", later, NOW)
    assert (health.compliance, health.failing_since) == (COMPLIANT, {check: NOW + 1})
    kept = replace(later, failing_since=health.failing_since)
    assert judge(RULES, "linux", kept, NOW).due_at == NOW + 1 + BASELINE[check].grace_ms


def test_what_others_have_not_said_yet_of_a_new_device_has_its_grace() -> None:
    """They hear of it when they do; what the agent could not find out is another thing."""
    rules = replace(RULES, requirements={**BASELINE, "edr": Requirement(Severity.RESTRICT, DAY)})
    new = replace(reported({}, {"edr": NOW}), enrolled_at=NOW)
    assert judge(rules, "linux", new, NOW).compliance == NON_COMPLIANT
    heard = replace(rules, signals={"edr": SignalSource("edr", "webhook", heartbeat_ms=HOUR)})
    assert [judge(heard, "linux", new, at).compliance for at in (NOW, NOW + DAY)] == [COMPLIANT, NON_COMPLIANT]


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


# What others say


DAY_OLD = NOW - DAY
SOURCES = {"mdm": DeviceSource(SourceKind.PUSH), "fleet": DeviceSource(SourceKind.FLEET)}
WITH = replace(RULES, sources=SOURCES)
DECIDED = replace(
    WITH, requirements={**RULES.requirements, "firewall": Requirement(Severity.RESTRICT, decided_by="mdm")}
)


def said(source: str = "mdm", *, vouches: bool = True, seen_at: int = NOW, **words: bool) -> Said:
    names = {"firewall": "enabled", "disk_encryption": "encrypted", "management": "compliant"}
    told = {check: observed.read(check, {names[check]: word}) for check, word in words.items()}
    checks = {name: Check(name, CheckState.OBSERVED, seen_at, observed=one) for name, one in told.items()}
    return Said(source, seen_at, is_managed=True, vouches=vouches, checks=checks)


def judged(
    rules: DeviceRules, *words: Said, changes: dict[str, Any] | None = None, now: int = NOW
) -> tuple[Health, dict[str, Judged]]:
    health = judge(rules, "linux", replace(reported(changes), said=words), now)
    return health, {one.check: one for one in health.checks}


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("is_seen", [True, False, None])
def test_the_worst_word_counts(is_seen: bool | None, is_told: bool) -> None:
    seen = Reason.DENIED if is_seen is None else {"enabled": is_seen}
    health, checks = judged(WITH, said(firewall=is_told), changes={"firewall": seen})
    firewall = checks["firewall"]
    assert (firewall.found.verdict is Verdict.PASS) is ("firewall" in health.passing) is (is_seen is True and is_told)
    assert firewall.source == ("mdm" if not is_told and is_seen is not False else "")
    if is_seen is False and not is_told:
        assert firewall.found.verdict is Verdict.FAIL


def test_a_bad_word_has_no_age_and_a_good_one_has() -> None:
    assert not judged(WITH, said(seen_at=0, vouches=False, firewall=False))[1]["firewall"].is_good
    health, checks = judged(
        DECIDED, said(seen_at=DAY_OLD + HOUR, firewall=True), changes={"firewall": {"enabled": False}}
    )
    assert (checks["firewall"].found.verdict, health.due_at) == (Verdict.PASS, NOW + HOUR)
    for doubtful in (
        said(seen_at=DAY_OLD, firewall=True),
        said(vouches=False, firewall=True),
        said("fleet", firewall=True),
    ):
        assert judged(DECIDED, doubtful)[1]["firewall"].found.verdict is Verdict.UNKNOWN
    assert judged(DECIDED)[1]["firewall"].found.verdict is Verdict.UNKNOWN
    assert judged(DECIDED, said("fleet", firewall=False), said(firewall=True))[1]["firewall"].is_good


def test_what_management_makes_of_it_is_asked_for_where_it_says_something() -> None:
    assert "management" not in judged(WITH)[1]
    assert "management" not in judged(WITH, said(firewall=True))[1]
    good, _ = judged(WITH, said(management=True))
    assert ("management" in good.passing, good.compliance) == (True, COMPLIANT)
    bad, _ = judged(WITH, said(management=True), said("fleet", management=False))
    assert ("management" in bad.passing, bad.compliance) == (False, NON_COMPLIANT)
    silent, checks = judged(WITH, said(seen_at=DAY_OLD, management=True))
    assert (checks["management"].found.verdict, silent.compliance) == (Verdict.UNKNOWN, COMPLIANT)
    assert checks["management"].due_at == NOW + 7 * DAY
    assert "management" not in judged(replace(WITH, sources={}), said(management=False))[1]
    advice = {name: one for name, one in RULES.requirements.items() if name != "management"}
    assert judged(replace(WITH, requirements=advice), said(management=False))[0].compliance == COMPLIANT


def test_whose_devices_are_the_companys() -> None:
    managing = replace(WITH, sources={"mdm": DeviceSource(SourceKind.PUSH, manages=True)})

    def until(rules: DeviceRules, *words: Said) -> int:
        return managed_until(rules, replace(reported(), said=words), NOW)

    assert until(managing, said()) == NOW + DAY
    assert [until(managing, one) for one in (said(vouches=False), said(seen_at=DAY_OLD), said("fleet"))] == [0, 0, 0]
    assert until(managing, replace(said(), is_managed=False)) == until(WITH, said()) == 0


_WORDS = st.builds(
    said,
    st.sampled_from(["mdm", "fleet", "gone"]),
    vouches=st.booleans(),
    seen_at=st.sampled_from([0, DAY_OLD, NOW]),
    firewall=st.booleans(),
    disk_encryption=st.booleans(),
    management=st.booleans(),
)


@given(st.lists(_WORDS, max_size=4), st.booleans())
def test_without_a_rule_no_word_makes_anything_better(words: list[Said], is_on: bool) -> None:
    changes = {"firewall": {"enabled": is_on}}
    without, _ = judged(WITH, changes=changes)
    told, _ = judged(WITH, *words, changes=changes)
    assert told.passing - {"management"} <= without.passing
    assert not (told.compliance == COMPLIANT and without.compliance != COMPLIANT)
    assert managed_until(WITH, replace(reported(), said=tuple(words)), NOW) == 0
