"""Whether a device is healthy: every check that is asked for, what it comes to, and when it begins to count.

Pure: the rules, the last report and since when what has failed go in, and an answer comes out that anybody can repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from limen.clock import Instant
from limen.devices.model import Check, Posture
from limen.devices.signals import sensors
from limen.devices.verdicts import Found, Verdict, found
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity, due

COMPLIANT: Final = "compliant"
NON_COMPLIANT: Final = "non_compliant"
UNKNOWN: Final = "unknown"
_GOOD: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})


class Judged(Struct, frozen=True, gc=False):
    """One check. Where it is not good: since when, and `due_at`, from when on that counts (0: it never does)."""

    check: str
    requirement: Requirement
    found: Found
    since: Instant = 0
    due_at: Instant = 0
    evidence: str = ""

    @property
    def is_good(self) -> bool:
        return self.found.verdict in _GOOD

    def counts(self, now: Instant) -> bool:
        """Whether it takes the device's health away now."""
        return not self.is_good and self.due_at != 0 and now >= self.due_at


@dataclass(frozen=True, slots=True)
class Health:
    """What a report comes to at an instant. It stays so until `due_at` (0: until the next report).

    `blocks`: a check counts that also ends what is signed in on the device.
    """

    compliance: str
    passing: frozenset[str]
    checks: tuple[Judged, ...]
    due_at: Instant = 0
    blocks: bool = False

    @property
    def failing_since(self) -> dict[str, Instant]:
        return {one.check: one.since for one in self.checks if not one.is_good}

    @property
    def not_good(self) -> tuple[Judged, ...]:
        return tuple([one for one in self.checks if not one.is_good])


def judge(rules: DeviceRules, platform: str, reported: Posture, now: Instant) -> Health:
    """What the last report comes to now. A device that never reported is not known to be healthy."""
    said = sensors.said(rules.signals.values(), platform, reported, now)
    checks = tuple(
        [
            judged(check, requirement, rules, reported, now, said)
            for check in CHECKS
            if (requirement := rules.of(check, platform)) is not None
        ]
    )
    passing = frozenset(_passing(checks, reported.checks, now)) - said.failing
    if not reported.at:
        return Health(UNKNOWN, frozenset(), checks)
    counting = [one for one in checks if one.counts(now)]
    coming = [one.due_at for one in checks if not one.is_good and one.due_at > now]
    coming += [said.until] if said.until else []
    return Health(
        compliance=NON_COMPLIANT if counting or said.is_high else COMPLIANT,
        passing=passing,
        checks=checks,
        due_at=min(coming, default=0),
        blocks=any(
            one.requirement.severity is Severity.BLOCK and one.found.verdict is Verdict.FAIL for one in counting
        ),
    )


def judged(
    check: str, requirement: Requirement, rules: DeviceRules, reported: Posture, now: Instant, said: sensors.Said
) -> Judged:
    """What one check comes to, by a requirement that may be another than that of the rules."""
    told = reported.checks.get(check)
    what = sensors.joined(found(check, told, requirement, now), said.of.get(check))
    evidence = told.evidence if told is not None else ""
    if what.verdict in _GOOD:
        return Judged(check, requirement, what, evidence=evidence)
    since = reported.failing_since.get(check, now)
    is_known = what.verdict is Verdict.FAIL
    due_at = due(requirement, since, is_known=is_known, report_only_until=rules.report_only_until)
    return Judged(check, requirement, what, since, due_at, evidence)


def _passing(checks: tuple[Judged, ...], reported: Mapping[str, Check], now: Instant) -> list[str]:
    """The ids of the checks that pass: also of those that nobody demands of this platform, by the baseline's bounds, so
    that an app can ask for one of them.
    """
    asked = {one.check for one in checks}
    passing = [one.check for one in checks if one.found.verdict is Verdict.PASS]
    for check in CHECKS:
        requirement = BASELINE.get(check, Requirement(Severity.REPORT))
        if check not in asked and found(check, reported.get(check), requirement, now).verdict is Verdict.PASS:
            passing.append(check)
    return passing
