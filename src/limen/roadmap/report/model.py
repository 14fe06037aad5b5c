"""The nouns of the report: a page for each phase, a line for each control, and where it is anchored. Pure.

It says what stands in it and no more: whoever reads it has nothing of Limen but the file and a public key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from limen.clock import Instant
from limen.roadmap.model import Grade, Phase
from limen.roadmap.roadmap import Roadmap


class Answer(StrEnum):
    """What an insurer's question is answered with. Yes is for what was met long enough to be closed, and still is."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Missed:
    """Rows that are not as they should be: one by its name, or `count` of which no name is said ("").

    `excepted_until` is 0 where it is not excepted.
    """

    name: str
    why: str
    count: int = 1
    excepted_until: Instant = 0


@dataclass(frozen=True, slots=True)
class PartLine:
    """One figure of a control. `numerator` and `denominator` are 0 where it is not known, and `missing` says why.

    `missed` are the first of those that are not met, `unlisted` is how many more there are.
    """

    name: str
    numerator: int
    denominator: int
    at_least: float
    grade: Grade
    is_met: bool
    missing: str
    missed: tuple[Missed, ...]
    unlisted: int


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """What is excepted: a row, or ("") the whole control; `by` is "" where names are left out."""

    row: str
    why: str
    compensation: str
    until: Instant
    by: str


@dataclass(frozen=True, slots=True)
class Held:
    """How many days in a row it was met, from and until which; no days: both None."""

    days: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One control. `figure` is that of its worst part as the journal says figures: `9/10 imported`, `unknown`.

    `journaled` is the figure that the journal has for the report's day, "" where it has none. `counts` says what the
    figure is a share of; `closed_at` is 0 while it is open.
    """

    id: str
    title: str
    demands: str
    counts: str
    closes: str
    is_must: bool
    answer: Answer
    figure: str
    journaled: str
    grade: Grade
    held: Held
    closed_at: Instant
    parts: tuple[PartLine, ...]
    missing: tuple[str, ...]
    exceptions: tuple[ExceptionLine, ...]


@dataclass(frozen=True, slots=True)
class PhasePage:
    phase: Phase
    is_closed: bool
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return self.phase.title

    def answered(self, answer: Answer) -> int:
        return sum(one.answer is answer for one in self.lines)


@dataclass(frozen=True, slots=True)
class Head:
    """How far one chain of the journal had come when the report was made: line `n` with head `h`, at `at`.

    `checkpoint` is the signed line itself: `limen journal verify --exported` takes it, and misses a journal that was
    cut or changed before that line.
    """

    writer: str
    n: int
    h: str
    at: Instant
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Report:
    """`day` is the day in the company's time zone that the figures are of. `revision` is what was in force, "" before
    anything was. `has_names`: names of people stand in it.
    """

    company: str
    at: Instant
    day: date
    zone: tzinfo
    revision: str
    heads: tuple[Head, ...]
    pages: tuple[PhasePage, ...]
    has_names: bool

    @property
    def title(self) -> str:
        return f"{self.company}: zero trust, as measured on {self.day.isoformat()}"

    @property
    def lines(self) -> Iterator[Line]:
        return (line for page in self.pages for line in page.lines)


def figures_by_control(text: str) -> dict[str, str]:
    """`I1=9/10 imported, I2=unknown`, as the journal has the figures of a phase, by control."""
    pairs = (one.partition("=") for one in text.split(", ") if one)
    return {control: figure for control, _, figure in pairs}


def current_figures(found: Roadmap) -> dict[str, str]:
    """The figures of a look in the words in which the journal has them, by control."""
    from limen.roadmap.looking import figures_of  # noqa: PLC0415 -- the look itself is not needed to read a report

    return {one: said for phase in Phase for one, said in figures_by_control(figures_of(found, phase)).items()}
