"""The next steps: the most risk removed for the fewest people disturbed and the fewest hours. Pure.

    for step in next_steps(found.shown, evidence)[:3]:
        print(step.control.title, step.connect or step.control.how, step.minutes)

A step whose evidence has no source yet is to connect that source: what it would change nobody knows before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.identity.model import PersonStatus
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Measured
from limen.roadmap.roadmap import Shown

_WEEK: Final[Milliseconds] = 7 * DAY
_HOUR: Final = 60
_NEEDED: Final = 2.0
"""How much more a control counts that its phase needs."""
_PER_PERSON: Final = 0.1
"""Hours that one person who would be refused costs."""
_LEAST: Final = 0.25


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `connect` says which source to connect first ("": none). `missed` is how many rows of `of` keep the
    control from being met.

    `people` are ids of those whom it would refuse if it were required today, and `requests` how many of their requests
    a week were permitted so far: 0 where the control is not about people. `score` orders steps: the higher, the sooner.
    """

    control: Control
    connect: str
    missed: int
    of: int
    people: tuple[str, ...]
    requests: int
    score: float

    @property
    def minutes(self) -> int:
        return self.control.minutes


def next_steps(shown: Iterable[Shown], evidence: Evidence) -> tuple[Step, ...]:
    """Of every control that is not met and that nobody left out, the one to begin with first."""
    known = {one.person.id for one in evidence.members if one.status is PersonStatus.ACTIVE}
    steps = [_step(one, known, evidence) for one in shown if not one.measured.is_met and one.left_out is None]
    return tuple(sorted(steps, key=lambda one: (-one.score, one.control.phase, one.control.id)))


def only_for_steps(evidence: Evidence) -> Evidence:
    """Of evidence what steps are ordered by: little enough to be held from one look to the next."""
    return Evidence(
        at=evidence.at, members=evidence.members, uses=evidence.uses, recorded_since=evidence.recorded_since
    )


def _step(one: Shown, known: set[str], evidence: Evidence) -> Step:
    measured, missing = one.measured, one.measured.missing
    people = () if missing else _people(measured, known)
    misses = {row.id for part in measured.parts for row in part.misses}
    rows = {row.id for part in measured.parts for row in part.rows}
    hours = one.control.minutes / _HOUR + len(people) * _PER_PERSON
    needed = _NEEDED if one.control.is_must else 1.0
    return Step(
        one.control,
        missing[0] if missing else "",
        len(misses),
        len(rows),
        people,
        _weekly(people, evidence),
        one.control.weight * needed * (1.0 - measured.share) / max(_LEAST, hours),
    )


def _people(measured: Measured, known: set[str]) -> tuple[str, ...]:
    return tuple(sorted({row.id for part in measured.parts for row in part.misses} & known))


def _weekly(people: Iterable[str], evidence: Evidence) -> int:
    """How many requests a week of these people were permitted, over the time on record."""
    who = set(people)
    count = sum(one.count for one in evidence.uses if one.is_permitted and one.actor in who)
    return round(count * _WEEK / max(_WEEK, evidence.at - evidence.recorded_since))
