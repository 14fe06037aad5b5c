"""From the roadmap as it stands to the pages of its report. Pure.

People are left out unless they are asked for: rows that name one, or lead to one, are counted by what they lack; and
what others wrote is searched for everybody's names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import Final

from limen.clock import Instant
from limen.facts import Person
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.model import Grade, Measured, Part, Phase, Row
from limen.roadmap.report.model import (
    Answer,
    ExceptionLine,
    Head,
    Held,
    Line,
    Missed,
    PartLine,
    PhasePage,
    Report,
    current_figures,
)
from limen.roadmap.report.redaction import INSTEAD, Redaction
from limen.roadmap.roadmap import Roadmap, Shown

MOST_LISTED: Final = 20
"""So many rows of a figure are listed; the rest is counted."""
LONGEST: Final = 300
"""Characters of what others named or wrote: a row's name may come from a stranger's device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a report says beside the roadmap itself. `journaled` are the figures that the journal has for the day, by
    control; `people` is everybody who is known, by their ids; `has_names` whether they may be named.
    """

    company: str
    zone: tzinfo
    day: date
    revision: str = ""
    heads: tuple[Head, ...] = ()
    journaled: Mapping[str, str] = field(default_factory=dict)
    exceptions: tuple[RoadmapException, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    has_names: bool = False


def report_of(found: Roadmap, around: Around) -> Report:
    """The whole report."""
    writing = _Writing(
        found.at,
        around,
        Redaction() if around.has_names else Redaction.of(around.people.values()),
        current_figures(found),
    )
    closed = {one.phase for one in found.phases if one.is_closed}
    pages = tuple(
        PhasePage(phase, phase in closed, tuple(writing.line(one) for one in found.shown if one.control.phase is phase))
        for phase in Phase
    )
    return Report(
        around.company, found.at, around.day, around.zone, around.revision, around.heads, pages, around.has_names
    )


@dataclass(frozen=True, slots=True)
class _Writing:
    """One report as it is written."""

    at: Instant
    around: Around
    without_people: Redaction
    figures: Mapping[str, str]

    def said(self, text: str) -> str:
        """A sentence of Limen's, in bounds, and without people unless they may be named."""
        return _within(self.without_people(text))

    def named(self, text: str) -> str:
        """What others named or wrote, in bounds, and without people unless they may be named."""
        return _within(self.without_people.named(text))

    def line(self, shown: Shown) -> Line:
        control, measured = shown.control, shown.measured
        return Line(
            id=control.id,
            title=control.title,
            demands=control.demands,
            counts=control.figure,
            closes=control.closes,
            is_must=control.is_must,
            answer=answer(measured, is_closed=shown.standing.is_closed),
            figure=self.figures[control.id],
            journaled=self.around.journaled.get(control.id, ""),
            grade=measured.grade,
            held=_held(shown, self.around.day),
            closed_at=shown.standing.closed_at,
            parts=tuple(self._part(one, shown.excepted) for one in measured.parts),
            missing=tuple(self.said(one) for one in measured.missing),
            exceptions=tuple(self._exceptions(control.id, measured)),
        )

    def _part(self, part: Part, excepted: Mapping[str, Instant]) -> PartLine:
        missed, unlisted = self._missed(part.misses, excepted)
        return PartLine(
            name=part.name,
            numerator=part.numerator if part.is_known else 0,
            denominator=part.denominator if part.is_known else 0,
            at_least=part.at_least,
            grade=part.grade if part.is_known else Grade.UNKNOWN,
            is_met=part.is_met,
            missing=self.said(part.missing),
            missed=missed,
            unlisted=unlisted,
        )

    def _missed(self, rows: Iterable[Row], excepted: Mapping[str, Instant]) -> tuple[tuple[Missed, ...], int]:
        """Each by its name; those that may not be named together, by what they lack. And how many are not listed.

        Of thousands of rows, each that is listed is searched for people, and each reason once.
        """
        named: list[Row] = []
        counts: Counter[tuple[str, Instant]] = Counter()
        for row in rows:
            if row.is_personal and not self.around.has_names:
                counts[row.why, excepted.get(row.id, 0)] += row.count
            else:
                named.append(row)
        unnamed: Counter[tuple[str, Instant]] = Counter()
        for (why, until), count in counts.items():
            unnamed[self.said(why), until] += count
        listed = [
            Missed(self.named(row.name), self.said(row.why), row.count, excepted.get(row.id, 0))
            for row in named[:MOST_LISTED]
        ]
        listed += [Missed("", why, count, until) for (why, until), count in sorted(unnamed.items())]
        further = sum(row.count for row in named[MOST_LISTED:])
        return tuple(listed[:MOST_LISTED]), further + sum(one.count for one in listed[MOST_LISTED:])

    def _exceptions(self, control: str, measured: Measured) -> Iterator[ExceptionLine]:
        rows = {row.id: row for part in measured.parts for row in part.rows}
        for one in self.around.exceptions:
            if one.control == control and one.counts(self.at):
                why, compensation = self.named(one.why), self.named(one.compensation)
                yield ExceptionLine(self._excepted(one, rows), why, compensation, one.until, self._person(one))

    def _excepted(self, one: RoadmapException, rows: Mapping[str, Row]) -> str:
        """What is excepted. A row that is not there any more may have been a person's."""
        row = rows.get(one.row_id)
        if not one.row_id:
            return ""
        if self.around.has_names:
            return self.named(row.name if row is not None else one.row_id)
        return INSTEAD if row is None or row.is_personal else self.named(row.name)

    def _person(self, one: RoadmapException) -> str:
        if not self.around.has_names:
            return ""
        known = self.around.people.get(one.decided_by)
        return known.name if known is not None else one.decided_by


def _within(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026"


def answer(measured: Measured, *, is_closed: bool) -> Answer:
    """Yes where it is met and was so long enough to be closed; no where nothing of it is proven."""
    if measured.is_met and is_closed:
        return Answer.YES
    return Answer.PARTLY if measured.is_met or measured.share > 0 else Answer.NO


def _held(shown: Shown, today: date) -> Held:
    if not shown.held:
        return Held(0)
    is_today = any(one.day == today and one.counts for one in shown.line)
    until = today if is_today else today - timedelta(days=1)
    return Held(shown.held, until - timedelta(days=shown.held - 1), until)
