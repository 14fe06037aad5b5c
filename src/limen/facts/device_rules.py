"""What the company means by a healthy device: which checks count, how much, after what grace, on which platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.facts.signal_sources import SignalSource

EVERYWHERE: Final = ("linux", "macos", "windows")


class Severity(StrEnum):
    """What it comes to when a check is not good."""

    REPORT = "report"
    """It is shown, and changes nothing."""
    WARN = "warn"
    """Its owner is told; when the grace is over the device does not count as healthy any more."""
    RESTRICT = "restrict"
    """The device does not count as healthy at once."""
    BLOCK = "block"
    """As `restrict`; and where the check has failed, what is signed in on the device is ended."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one check demands. `within_days`, `within_minutes` and `at_most` are its bounds, 0 where it has none.

    `steps`: what its owner does about it, in the company's own words, instead of Limen's; it takes about `minutes`.
    `decided_by`: the source whose word alone counts; "" where the worst word of all counts.
    """

    severity: Severity
    grace_ms: Milliseconds = 0
    platforms: tuple[str, ...] = EVERYWHERE
    within_days: int = 0
    within_minutes: int = 0
    at_most: int = 0
    steps: tuple[str, ...] = ()
    minutes: int = 0
    decided_by: str = ""


BASELINE: Final[Mapping[str, Requirement]] = {
    "os": Requirement(Severity.WARN, 14 * DAY),
    "updates": Requirement(Severity.RESTRICT, DAY, within_days=14),
    "auto_updates": Requirement(Severity.REPORT),
    "disk_encryption": Requirement(Severity.WARN, 7 * DAY),
    "screen_lock": Requirement(Severity.WARN, 3 * DAY, within_minutes=15),
    "firewall": Requirement(Severity.WARN, DAY),
    "anti_malware": Requirement(Severity.WARN, DAY, within_days=7),
    "secure_boot": Requirement(Severity.REPORT),
    "administrators": Requirement(Severity.REPORT, at_most=2),
    "threats": Requirement(Severity.BLOCK, DAY),
    "management": Requirement(Severity.RESTRICT, 7 * DAY),
}
"""Cyber Essentials (security updates within 14 days) and CIS Controls v8, implementation group 1. EDR is asked for
where the company has one."""


class SourceKind(StrEnum):
    """Who else tells of devices, and how."""

    INTUNE = "intune"
    FLEET = "fleet"
    JAMF = "jamf"
    PUSH = "push"
    OSQUERY = "osquery"


PULLED: Final = frozenset({SourceKind.INTUNE, SourceKind.FLEET, SourceKind.JAMF})
"""Those that Limen asks; the others send by themselves."""


@dataclass(frozen=True, slots=True)
class DeviceSource:
    """Something that tells of devices beside their agents, and how far its word goes.

    It is at `url` (Intune: the directory of `tenant`), where Limen signs in as `client`, and is asked again after
    `every_ms`. What it says in a device's favour counts for `counts_ms` after it last heard of the device, and only
    where a check is decided by it. `manages`: what it manages counts as the company's.
    """

    kind: SourceKind
    url: str = ""
    tenant: str = ""
    client: str = ""
    every_ms: Milliseconds = 15 * MINUTE
    counts_ms: Milliseconds = DAY
    manages: bool = False


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """What `devices.yaml` says. A report counts for `report_within_ms`, and agents report every `report_every_s`.

    `enrol_by_owner`: people may enrol devices of their own by signing in, which are not the company's. Before
    `report_only_until` (0: no such time), the end of `report_only_day`, nothing counts but what blocks: a company's
    first week. `signals`: who may say that a device is at risk, by name. `sources`: who else tells of devices, by name.
    """

    requirements: Mapping[str, Requirement] = field(default_factory=lambda: dict(BASELINE))
    report_within_ms: Milliseconds = 15 * MINUTE
    report_every_s: int = 300
    enrol_by_owner: bool = True
    report_only_day: str = ""
    report_only_until: Instant = 0
    signals: Mapping[str, SignalSource] = field(default_factory=dict)
    sources: Mapping[str, DeviceSource] = field(default_factory=dict)

    def of(self, check: str, platform: str) -> Requirement | None:
        """What a check demands on this platform; None where it is not asked for."""
        found = self.requirements.get(check)
        return found if found is not None and platform in found.platforms else None


def due(
    requirement: Requirement, since: Instant, *, is_known: bool, was_good: bool = True, report_only_until: Instant = 0
) -> Instant:
    """When a check that has not been good since then begins to count; 0 where it never does.

    A grace is for those who are warned, and for what can't be found out any more: of what was never known to be good
    (`was_good` is false) not knowing counts at once. While a company only looks, nothing counts but what was found and
    blocks: malware waits for nobody's preparations.
    """
    if requirement.severity is Severity.REPORT:
        return 0
    if requirement.severity is Severity.BLOCK and is_known:
        return since
    has_grace = requirement.severity is Severity.WARN if is_known else was_good
    return max(since + requirement.grace_ms if has_grace else since, report_only_until)
