"""From findings to a score of 0 to 100, with every step of the calculation shown. Pure.

Each finding is worth the points of its level times its rule's confidence, and half of that after each half-life. What
one rule finds on one day comes to no more than one and a half times the worst of it. Findings of three tactics are
worth a quarter more: whoever gets in, moves on and takes something is no accident. What rests on sources that can't
prove themselves is summed up by itself and capped, and counts only as far as it is more than what is proven: it lifts
nobody over a bound above its cap, whatever else was found. So more findings never make a score lower, time never makes
it higher, and the order in which they come makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.monitor.detections.hit import Level
from limen.monitor.risk.rules import RiskRules

POINTS: Final = {Level.INFORMATIONAL: 2, Level.LOW: 10, Level.MEDIUM: 35, Level.HIGH: 65, Level.CRITICAL: 100}
"""What a finding is worth that is certain (confidence 100)."""
DAILY_CAP: Final = 1.5
"""What one rule finds on one day counts for no more than so many times the worst of it."""
SEVERAL_TACTICS: Final = 3
BONUS: Final = 0.25
EXPLAINED: Final = 0.25
"""The part of a finding that still counts after its person has used a passkey on the same known device."""
LEAST: Final = 0.5
"""What has faded below so many points counts for nothing any more."""
FULL: Final = 100
TACTICS: Final = frozenset(
    f"attack.{name}"
    for name in (
        *("reconnaissance", "resource-development", "initial-access", "execution", "persistence"),
        *("privilege-escalation", "defense-evasion", "credential-access", "discovery", "lateral-movement"),
        *("collection", "command-and-control", "exfiltration", "impact"),
    )
)
"""MITRE ATT&CK's tactics for enterprises, as Sigma tags them; techniques (`attack.t1078`) are no tactics."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A finding as it counts: `is_proven` says that every source it rests on proves itself; `times`, for how many that
    are alike it stands.
    """

    id: str
    rule: str
    title: str
    level: Level
    at: Instant
    confidence: int = 50
    tactics: tuple[str, ...] = ()
    times: int = 1
    is_proven: bool = True
    is_explained: bool = False

    @property
    def points(self) -> float:
        """What it was worth when it happened."""
        worth = POINTS[self.level] * min(max(self.confidence, 1), FULL) / FULL
        return worth * EXPLAINED if self.is_explained else worth


class Step(StrEnum):
    """A line of the calculation is a finding, or what is done to the sum of those above it."""

    FINDING = "finding"
    DAILY_CAP = "daily_cap"
    BONUS = "bonus"
    UNPROVEN_CAP = "unproven_cap"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calculation. `points` are added to the lines above (less than 0: taken away).

    Of a finding, `of` is what it was worth when it happened, as often as it did, and `finding` says which it is.
    """

    step: Step
    points: float
    of: float = 0.0
    finding: Counted | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is a whole number of 0 to 100: the sum of the lines, rounded."""

    value: int
    lines: tuple[Line, ...] = ()


CALM: Final = Score(0)


def faded(points: float, at: Instant, now: Instant, half_life_ms: Milliseconds) -> float:
    """What is left of points by now. What is said to happen in the future has not faded."""
    half_lives = max(0, now - at) / half_life_ms
    return float(points * 0.5**half_lives)


def score(findings: Iterable[Counted], rules: RiskRules, now: Instant) -> Score:
    """The score at an instant, the newest finding first in its lines."""
    ordered = sorted(findings, key=lambda one: (-one.at, one.id))
    live = [one for one in ordered if faded(one.points, one.at, now, rules.half_life_ms) >= LEAST]
    proven = _part([one for one in live if one.is_proven], rules, now)
    unproven = _part([one for one in live if not one.is_proven], rules, now)
    over = _sum(unproven) - max(0.0, min(_sum(unproven), rules.unproven_at_most) - _sum(proven))
    if over > 0:
        unproven.append(Line(Step.UNPROVEN_CAP, -over))
    lines = [*proven, *unproven]
    over = _sum(lines) - FULL
    if over > 0:
        lines.append(Line(Step.FULL, -over))
    value = int(_sum(lines) + 0.5)
    return Score(min(max(value, 0), FULL), tuple(lines))


def _part(findings: Sequence[Counted], rules: RiskRules, now: Instant) -> list[Line]:
    """The lines of what is proven, or of what is not."""
    by_rule_and_day: dict[tuple[str, int], list[Counted]] = defaultdict(list)
    for one in findings:
        by_rule_and_day[one.rule, one.at // DAY].append(one)
    lines: list[Line] = []
    for same in by_rule_and_day.values():
        left = [_line(one, rules, now) for one in same]
        lines += left
        over = _sum(left) - DAILY_CAP * max(one.points for one in same)
        if over > 0:
            lines.append(Line(Step.DAILY_CAP, -over))
    if len({tactic for one in findings for tactic in one.tactics if tactic in TACTICS}) >= SEVERAL_TACTICS:
        lines.append(Line(Step.BONUS, _sum(lines) * BONUS))
    return lines


def _line(one: Counted, rules: RiskRules, now: Instant) -> Line:
    left = faded(one.points, one.at, now, rules.half_life_ms)
    return Line(Step.FINDING, left * one.times, one.points * one.times, one)


def _sum(lines: Iterable[Line]) -> float:
    return sum(line.points for line in lines)
