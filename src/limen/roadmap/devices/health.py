"""What one check of a device comes to for a control: the bounds are the control's, whatever devices.yaml grants. Pure.

Graces are for access: here a check that is not good is not met from the first moment. What was reported longer ago
than `FRESH` says nothing of today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.devices.compliance import judged
from limen.devices.model import Held, Posture
from limen.devices.signals import sensors
from limen.devices.sources.record import Kept
from limen.devices.verdicts import Found, Verdict, found
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity
from limen.roadmap.devices.resting import FRESH, judged_at
from limen.roadmap.devices.seen import WorkDevice, devices
from limen.roadmap.devices.silence import missing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade, Part, Row


@dataclass(frozen=True, slots=True)
class Asked:
    """One check, and what is asked of it. `may_not_apply`: where it does not apply to a device, that is good."""

    check: str
    within_days: int = 0
    within_minutes: int = 0
    may_not_apply: bool = False

    def requirement(self, rules: DeviceRules, platform: str) -> Requirement:
        """Its bounds with whose word decides it here, which is for the company to say."""
        own = rules.of(self.check, platform)
        usual = BASELINE.get(self.check, Requirement(Severity.RESTRICT))
        bounds = replace(usual, within_days=self.within_days, within_minutes=self.within_minutes)
        return replace(bounds, decided_by=own.decided_by if own is not None else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why it is not so ("": it is), and how good the evidence is."""

    why: str
    grade: Grade = Grade.MEASURED


UNSEEN: Final = Finding("nothing on it tells of its health: it is not enrolled")


def part(evidence: Evidence, name: str, asked: Asked, at_least: float = 1.0, *, computers: bool = False) -> Part:
    """The share of devices on which this check is good. `computers`: of those alone that are no phones."""
    chosen = [one for one in devices(evidence.devices, evidence.at) if one.is_computer or not computers]
    return part_of(evidence, name, [(one, finding(evidence, one, asked)) for one in chosen], at_least)


def part_of(
    evidence: Evidence, name: str, findings: Iterable[tuple[WorkDevice, Finding]], at_least: float = 1.0
) -> Part:
    """A part whose rows are devices."""
    pairs = tuple(findings)
    return Part(
        name,
        tuple(row(device, found.why) for device, found in pairs),
        at_least,
        grade=min((found.grade for _, found in pairs), default=Grade.MEASURED),
        missing=missing(evidence.devices, evidence.at),
    )


def row(device: WorkDevice, why: str) -> Row:
    """A device leads to whoever has it."""
    return Row(device.id, device.name, not why, why, device.page, is_personal=True)


def finding(evidence: Evidence, device: WorkDevice, asked: Asked) -> Finding:
    """What the check comes to on this device now."""
    rules = evidence.devices.rules
    if rules is None or (device.held is None and not device.records):
        return UNSEEN
    if device.held is not None:
        return _of_enrolled(rules, device.held, asked, judged_at(evidence, device), evidence.at)
    return _of_records(rules, device.records, asked, evidence.at)


def too_old(posture: Posture) -> str:
    """Why a report that is not fresh counts for nothing."""
    return "its last report is older than a day" if posture.at else "it has never reported"


def _of_enrolled(rules: DeviceRules, held: Held, asked: Asked, then: Instant | None, now: Instant) -> Finding:
    """As of `then` (see `judged_at`); None: its own report is too old."""
    platform, posture, at = held.device.platform, held.posture, now if then is None else then
    said = sensors.said(rules.signals.values(), platform, posture, at)
    one = judged(asked.check, asked.requirement(rules, platform), rules, posture, at, said)
    if not one.source and then is None:
        return Finding(too_old(posture))
    return Finding(_why(one.found, asked), Grade.IMPORTED if one.source else Grade.MEASURED)


def _of_records(rules: DeviceRules, records: Iterable[Kept], asked: Asked, now: Instant) -> Finding:
    """The worst word of all; a good one counts only while it is new."""
    good, bad = False, ""
    for one in records:
        record, requirement = one.record, asked.requirement(rules, one.record.platform)
        told = record.checks.get(asked.check)
        if told is None:
            continue
        why = _why(found(asked.check, told, requirement, now), asked)
        is_new = now < record.seen_at + min(rules.sources[one.source].counts_ms, FRESH)
        bad = bad or why or ("" if is_new else f"{one.source} has not heard of it for a day")
        good = True
    return Finding(bad or ("" if good else "no source of devices tells of it"), Grade.IMPORTED)


def _why(what: Found, asked: Asked) -> str:
    is_good = what.verdict is Verdict.PASS or (what.verdict is Verdict.NOT_APPLICABLE and asked.may_not_apply)
    return "" if is_good else what.sentence.format(**what.figures)
