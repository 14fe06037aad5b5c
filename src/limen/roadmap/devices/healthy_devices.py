"""D2: devices are healthy by the company's rules, and these rules ask for what everybody should ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from limen.devices.compliance import COMPLIANT, MANAGEMENT, judge
from limen.devices.model import Held, State
from limen.devices.steps import TITLES
from limen.facts.device_rules import BASELINE, EVERYWHERE, DeviceRules, Requirement, Severity
from limen.roadmap.devices.health import Asked, Finding, finding, part_of, too_old
from limen.roadmap.devices.resting import judged_at
from limen.roadmap.devices.seen import WorkDevice, devices
from limen.roadmap.devices.silence import NOTHING_READ
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

_AT_LEAST: Final = 0.95
_PAGE: Final = "/console/devices/rules"


def measure(evidence: Evidence) -> Iterator[Part]:
    rules = evidence.devices.rules
    found = [
        (
            one,
            _finding(evidence, rules, one, one.held)
            if one.held and rules
            else finding(evidence, one, Asked(MANAGEMENT)),
        )
        for one in devices(evidence.devices, evidence.at)
    ]
    yield part_of(evidence, "devices that are compliant by a fresh report", found, _AT_LEAST)
    yield Part(
        "checks of the baseline that devices.yaml asks for",
        tuple(_asked(rules, check, usual) for check, usual in _BASELINE.items()),
        grade=Grade.MEASURED,
        missing="" if rules is not None else NOTHING_READ,
    )


_BASELINE: Final = {check: one for check, one in BASELINE.items() if one.severity is not Severity.REPORT}
"""What counts against a device unless a company says otherwise (see `BASELINE`)."""


def _finding(evidence: Evidence, rules: DeviceRules, device: WorkDevice, held: Held) -> Finding:
    """Also in a company's first weeks, in which nothing counts for access yet, a device that fails is not healthy."""
    if held.device.state is not State.ACTIVE:
        return Finding(f"it is {held.device.state}")
    then = judged_at(evidence, device)
    if then is None:
        return Finding(too_old(held.posture))
    health = judge(replace(rules, report_only_until=0), held.device.platform, held.posture, then)
    failing = ", ".join(TITLES[one.check] for one in health.not_good if one.counts(then))
    grade = Grade.IMPORTED if any(one.source and one.is_good for one in health.checks) else Grade.MEASURED
    return Finding("" if health.compliance == COMPLIANT else f"not good: {failing}".removesuffix(": "), grade)


def _asked(rules: DeviceRules | None, check: str, usual: Requirement) -> Row:
    missing = [one for one in EVERYWHERE if not _is_asked(rules, check, usual, one)]
    why = f"not asked for, or not so strictly, on {', '.join(missing)}" if missing else ""
    return Row(check, TITLES[check], not why, why, _PAGE)


def _is_asked(rules: DeviceRules | None, check: str, usual: Requirement, platform: str) -> bool:
    own = rules.of(check, platform) if rules is not None else None
    if own is None or own.severity is Severity.REPORT:
        return False
    return own.within_days <= usual.within_days and own.within_minutes <= usual.within_minutes


CONTROL: Final = Control(
    id="D2",
    phase=Phase.DEVICES,
    title="Healthy devices",
    demands="Devices are compliant by fresh reports, and the rules ask for the whole baseline.",
    figure="devices seen in 30 days that are compliant by a report of the last day, or of 4 where nobody uses them",
    closes="It is 95 % of the devices, and devices.yaml asks for every check of the baseline.",
    why="A device that is not looked after hands over whatever its owner may open.",
    how="Open each device that is not compliant, and have its owner follow the steps that its page shows.",
    page="/console/devices",
    minutes=120,
    weight=4,
    measure=measure,
)
