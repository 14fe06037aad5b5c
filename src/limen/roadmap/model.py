"""The nouns: a control, its parts, the rows they count, and how good the evidence is. Pure.

A figure is a share of rows, and the rows are things that somebody other than the evidence knows of: people from their
sources, devices that were seen, apps that are declared. Nothing to count is never all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from limen.clock import Instant

if TYPE_CHECKING:
    from limen.roadmap.evidence import Evidence


class Phase(IntEnum):
    """The four phases, in the order that is advised; each is two months of the plan."""

    IDENTITY = 1
    DEVICES = 2
    NETWORK = 3
    DATA = 4

    @property
    def title(self) -> str:
        return _TITLES[self]


_TITLES: Final = {
    Phase.IDENTITY: "Identity foundation",
    Phase.DEVICES: "Device trust",
    Phase.NETWORK: "Network segmentation",
    Phase.DATA: "Data protection, monitoring and reviews",
}


class Grade(IntEnum):
    """How good evidence is, from the worst. What is unknown is not met."""

    UNKNOWN = 0
    ATTESTED = 1
    """A person said so, with a document and an end."""
    IMPORTED = 2
    """Another system's API says so."""
    PROBED = 3
    """Limen tried it."""
    MEASURED = 4
    """Limen saw it happen."""

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is counted. `id` names it for good, `name` is for people, `page` leads to it ("": nowhere).

    `why` says what is missing, "" where it is as it should be; `count` is how many it stands for. `is_personal`: its
    name is a person's, or leads to one, and is left out of what leaves the house.
    """

    id: str
    name: str
    is_met: bool
    why: str = ""
    page: str = ""
    count: int = 1
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of a control: the share of `rows` that are as they should be, which has to be `at_least` so much.

    `grade` is that of the weakest evidence it rests on. `missing` names the source that is silent, as a sentence that
    says what to connect ("": none is): then the figure is unknown, whatever the rows say.

    Where there is nothing to count, one row may stand in its place (`is_in_place`): what a probe found, or what
    somebody stated. `area` is what may be stated of it ("": nothing).
    """

    name: str
    rows: tuple[Row, ...]
    at_least: float = 1.0
    grade: Grade = Grade.MEASURED
    missing: str = ""
    area: str = ""
    is_in_place: bool = False

    @property
    def numerator(self) -> int:
        return sum(one.count for one in self.rows if one.is_met)

    @property
    def denominator(self) -> int:
        return sum(one.count for one in self.rows)

    @property
    def is_known(self) -> bool:
        return not self.missing and self.grade is not Grade.UNKNOWN and self.denominator > 0

    @property
    def share(self) -> float | None:
        """0 to 1; None where it is unknown."""
        return self.numerator / self.denominator if self.is_known else None

    @property
    def is_met(self) -> bool:
        share = self.share
        return share is not None and share >= self.at_least

    @property
    def misses(self) -> tuple[Row, ...]:
        """What is not as it should be."""
        return tuple(one for one in self.rows if not one.is_met)


def or_probed(part: Part, probe: Row, grade: Grade = Grade.PROBED) -> Part:
    """The part; or where nothing happened that it could count and its sources are heard, the probe in its place.

    The probe is a row as others are: one that failed, or is too old, is a missed one.
    """
    return part if part.rows or part.missing else replace(part, rows=(probe,), grade=grade, is_in_place=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """A control as it stands at one instant: all its parts have to be met."""

    control: str
    at: Instant
    parts: tuple[Part, ...]

    @property
    def grade(self) -> Grade:
        """That of its weakest part; unknown as soon as one part is."""
        grades = [one.grade if one.is_known else Grade.UNKNOWN for one in self.parts]
        return min(grades, default=Grade.UNKNOWN)

    @property
    def is_met(self) -> bool:
        return bool(self.parts) and all(one.is_met for one in self.parts)

    @property
    def share(self) -> float:
        """How far it is, 0 to 1: of the worst part, against what is asked of it. What is unknown counts as nothing."""
        return min((_reached(one) for one in self.parts), default=0.0)

    @property
    def worst(self) -> Part | None:
        """The part that is furthest from what is asked of it: its figure is the control's."""
        return min(self.parts, key=_reached, default=None)

    @property
    def missing(self) -> tuple[str, ...]:
        """What to connect first, of every part that is silent; without a full stop, as several are joined."""
        return tuple(dict.fromkeys(one.missing.removesuffix(".") for one in self.parts if one.missing))


def _reached(part: Part) -> float:
    share = part.share
    return 0.0 if share is None else min(1.0, share / part.at_least) if part.at_least else 1.0


Measure: TypeAlias = "Callable[[Evidence], Iterable[Part]]"
"""Measures the parts of one control. Pure: the same for the same evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One demand of zero trust.

    `demands` is what must be so, `figure` what its share is of, `closes` when it counts as met, `why` what happens
    without it: each a sentence. `how` is the next step, `page` where it is taken, `minutes` how long it takes once.
    `is_must`: its phase closes only with it. `weight` is how much risk it removes, 1 to 5.
    """

    id: str
    phase: Phase
    title: str
    demands: str
    figure: str
    closes: str
    why: str
    how: str
    page: str
    minutes: int
    is_must: bool = True
    weight: int = 3
    measure: Measure

    def measured(self, evidence: Evidence) -> Measured:
        return Measured(self.id, evidence.at, tuple(self.measure(evidence)))


MOST_ATTESTED: Final = 2
"""So many controls of a phase may rest on what somebody said, for it to close."""
