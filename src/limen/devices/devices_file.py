"""`devices.yaml`: what a healthy device is. What it leaves out is as in the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, MINUTE, Instant
from limen.configuration.lengths import Length, length_of
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.devices.signals import section as of_signals
from limen.devices.sources import section as of_sources
from limen.facts import CHECKS, FactStore
from limen.facts.device_rules import BASELINE, EVERYWHERE, DeviceRules, DeviceSource, Requirement, Severity
from limen.pillar import IN_A_WEEK, Around, FolderFile
from limen.printable import is_printable

FILE: Final = "devices.yaml"
BOUNDS: Final = {
    "within_days": frozenset({"updates", "anti_malware"}),
    "within_minutes": frozenset({"screen_lock"}),
    "at_most": frozenset({"administrators"}),
}
"""Which checks have which bound."""

Day = Annotated[str, Field(pattern=r"^2\d{3}-\d{2}-\d{2}$")]
Step = Annotated[str, Field(min_length=1, max_length=200)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class _Check(_Shape):
    """What one check demands. `checks:` in `devices.yaml` has one of these for each."""

    severity: Literal["report", "warn", "restrict", "block"] | None = None
    """`report`: shown, and nothing else. `warn`: counts when the grace is over. `restrict`: counts at once. `block`: as
    `restrict`, and ends what is signed in on the device."""
    grace: Length | None = None
    """How long its owner has before it counts (`warn`), or before what can't be found out counts: `3d`, `12h`."""
    platforms: Annotated[list[Literal["linux", "macos", "windows"]], Field(min_length=1)] | None = None
    """On which systems it is asked for."""
    within_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """`updates`: how long a security update may wait. `anti_malware`: how old signatures may be."""
    within_minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    """`screen_lock`: after how long at most the screen locks."""
    at_most: Annotated[int, Field(ge=0, le=50)] | None = None
    """`administrators`: how many accounts may administer the device."""
    decided_by: Annotated[str, Field(min_length=1, max_length=30)] | None = None
    """The source (below `sources`) whose word alone counts. Without it the worst word of all counts."""
    steps: Annotated[list[Step], Field(max_length=10)] = []
    """What its owner does about it, instead of Limen's own words."""
    minutes: Annotated[int, Field(ge=0, le=480)] = 0
    """How long that takes."""
    asked: bool = True
    """`false`: it is not asked for."""


class _File(_Shape):
    report_within: Length = "15m"
    """A device that has not reported for so long is not known to be healthy."""
    report_every: Length = "5m"
    """How often devices report when nothing changes."""
    enrol_by_owner: bool = True
    """People may enrol devices of their own by signing in. They don't count as the company's (`device.managed`)."""
    report_only_until: Day | None = None
    """Until the end of this day, in the company's time zone, checks are only reported; what blocks counts at once."""
    checks: dict[str, Any] = {}
    signals: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    """Who else tells of devices: Intune, Fleet, Jamf, osquery, or whatever you send."""


def read(tree: Tree, around: Around) -> tuple[DeviceRules | None, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line."""
    file, problems = shaped_in_part(_File, tree.plain() or {}, tree, FILE, (), {})
    if file is None:
        return None, problems
    requirements = dict(BASELINE)
    sources, wrong = of_sources.read(file.sources, tree, FILE)
    problems += wrong
    for name, body in file.checks.items():
        above = ("checks", name)
        if name not in CHECKS:
            line, column = tree.key_at(*above)
            problems.append(
                Problem(FILE, line, column, f"there is no check {shown(name)}", did_you_mean(name, [*CHECKS]))
            )
            continue
        shape, found = shaped_in_part(_Check, body or {}, tree, FILE, above, {})
        problems += found
        if shape is None:
            continue
        complaints = (*_complaints(name, shape), *_decider_complaints(shape.decided_by, sources))
        problems += [Problem(FILE, *tree.at(*above, *at), what, fix) for at, what, fix in complaints]
        if shape.asked:
            requirements[name] = _requirement(BASELINE.get(name, Requirement(Severity.WARN, DAY)), shape)
        else:
            requirements.pop(name, None)
    looks_until = None
    if file.report_only_until is not None:
        looks_until = end_of(file.report_only_until, around.zone)
        if looks_until is None:
            what, fix = f"{shown(file.report_only_until)} is not a valid date", "write it as 2026-12-31"
            problems.append(Problem(FILE, *tree.at("report_only_until"), what, fix))
    signals, found = of_signals.read(file.signals, tree, FILE)
    problems += found
    if (heard_of := of_signals.heard_of(signals)) and "edr" not in file.checks:
        requirements["edr"] = Requirement(Severity.RESTRICT, DAY, heard_of)
    rules = DeviceRules(
        requirements=requirements,
        report_within_ms=length_of(file.report_within),
        report_every_s=length_of(file.report_every) // 1_000,
        enrol_by_owner=file.enrol_by_owner,
        report_only_day=file.report_only_until or "",
        report_only_until=looks_until or 0,
        signals=signals,
        sources=sources,
    )
    if not problems and rules.report_every_s * 1_000 * 2 > rules.report_within_ms:
        what = "a device that misses one report is already not known to be healthy"
        problems.append(
            Problem(FILE, *tree.at("report_within"), what, "make `report_within` at least twice `report_every`")
        )
    return (None if problems else rules), problems


def end_of(day: str, zone: tzinfo) -> Instant | None:
    """The first instant after this day; None where there is no such day."""
    try:
        return int(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone).timestamp()) * 1000
    except ValueError:
        return None


def _requirement(usual: Requirement, shape: _Check) -> Requirement:
    said: dict[str, Any] = {
        "severity": Severity(shape.severity) if shape.severity else None,
        "grace_ms": length_of(shape.grace) if shape.grace else None,
        "platforms": tuple(shape.platforms) if shape.platforms else None,
        "within_days": shape.within_days,
        "within_minutes": shape.within_minutes,
        "at_most": shape.at_most,
        "decided_by": shape.decided_by,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return replace(usual, **known, steps=tuple(shape.steps), minutes=shape.minutes)


def _complaints(name: str, shape: _Check) -> Iterator[Complaint]:
    """Everything about a check that its shape does not tell."""
    for bound, checks in BOUNDS.items():
        if getattr(shape, bound) is not None and name not in checks:
            yield (bound,), f"the check {name} has no bound of this kind", "remove it"
    if shape.grace and shape.severity == "report":
        yield ("grace",), "what is only reported has no grace", "remove it, or write `severity: warn`"
    for place, step in enumerate(shape.steps):
        if not is_printable(step):
            yield ("steps", place), f"{shown(step)} contains characters that can't be displayed", "remove them"


def _decider_complaints(name: str | None, sources: Mapping[str, DeviceSource]) -> Iterator[Complaint]:
    if name is None:
        return
    if name not in sources:
        yield ("decided_by",), f"there is no source {shown(name)}", did_you_mean(name, [*sources])
    elif sources[name].kind not in of_sources.VOUCHING:
        yield (
            ("decided_by",),
            f"no check can be decided by {name}: every laptop with osquery holds its secret",
            "remove it",
        )


# What changes with it


def changes(before: DeviceRules | None, after: DeviceRules | None) -> Iterator[str]:
    """One line for each thing that is other than before."""
    was, now = before or DeviceRules(), after or DeviceRules()
    for check in CHECKS:
        old, new = was.requirements.get(check), now.requirements.get(check)
        if old is None and new is not None:
            yield f"A healthy device has to pass {check} now: {_said(new)}"
        elif new is None and old is not None:
            yield f"The check {check} is not asked for any more"
        elif old != new and old is not None and new is not None:
            yield f"The check {check} counts differently: {_said(new)} (was: {_said(old)})"
    if was.report_within_ms != now.report_within_ms:
        yield f"A report counts for {now.report_within_ms // MINUTE} minutes (was {was.report_within_ms // MINUTE})"
    if was.report_every_s != now.report_every_s:
        yield f"Devices report every {now.report_every_s} seconds (was {was.report_every_s})"
    if was.enrol_by_owner != now.enrol_by_owner:
        yield "People may enrol devices of their own" if now.enrol_by_owner else "Only tokens enrol devices"
    if was.report_only_until != now.report_only_until:
        ends = f"Checks are only reported until the end of {now.report_only_day}"
        yield ends if now.report_only_day else "Checks count, and are no longer only reported"
    yield from of_signals.changes(was.signals, now.signals)
    yield from of_sources.changes(was.sources, now.sources)


def _said(requirement: Requirement) -> str:
    parts: list[str] = [requirement.severity.value]
    if requirement.grace_ms:
        parts.append(f"grace {requirement.grace_ms / DAY:g} days")
    if requirement.within_days:
        parts.append(f"within {requirement.within_days} days")
    if requirement.within_minutes:
        parts.append(f"within {requirement.within_minutes} minutes")
    if requirement.at_most:
        parts.append(f"at most {requirement.at_most}")
    if requirement.decided_by:
        parts.append(f"decided by {requirement.decided_by}")
    if requirement.platforms != EVERYWHERE:
        parts.append(f"on {' and '.join(requirement.platforms)}")
    return ", ".join(parts)


def in_force(known: FactStore, rules: DeviceRules | None) -> None:
    known.set_device_rules(rules or DeviceRules())


def _initial() -> Iterable[str]:
    yield "# What a healthy device is: the baseline (Cyber Essentials; CIS Controls, implementation group 1)."
    yield "# severity: report (shown) · warn (counts when the grace is over) · restrict (counts at once) · block (as"
    yield "# restrict, and ends what is signed in on the device). grace: how long there is to mend it."
    yield "# report_only_until: until the end of this day nothing counts but what blocks, so that you see what would."
    yield f"report_only_until: {IN_A_WEEK}"
    yield from ("report_within: 15m", "report_every: 5m", "enrol_by_owner: true", "checks:")
    for check, requirement in BASELINE.items():
        grace = [f"grace: {requirement.grace_ms // DAY}d"] if requirement.grace_ms else []
        bounds = [f"{bound}: {value}" for bound in BOUNDS if (value := getattr(requirement, bound))]
        yield f"  {check}: {{{', '.join([f'severity: {requirement.severity.value}', *grace, *bounds])}}}"


DEVICES_FILE: Final = FolderFile(
    name=FILE,
    kind=DeviceRules,
    read=read,
    changes=changes,
    in_force=in_force,
    initial="\n".join(_initial()) + "\n",
    touches=lambda _before, _after, _people: (),  # whom it hits is told with their devices: company/devices_today.py
)
