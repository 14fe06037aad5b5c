"""A report held against the journal: whether its figures are those that were journaled on its day. Pure.

The journal has the figures of each day's first look, and those of each report at the moment in which it was made. A
figure that is neither was put in by somebody; one that only the report itself brought is shown as moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from limen.events import Event
from limen.roadmap.report.model import figures_by_control
from limen.roadmap.report.stated import Stated


@dataclass(frozen=True, slots=True)
class Differs:
    """A figure of the report, and the one of the day's first look ("": the journal has none)."""

    control: str
    said: str
    journaled: str


class Held(StrEnum):
    """What became of a report that was held against the journal."""

    CONFIRMED = "confirmed"
    """Each figure is one that was journaled on its day."""
    NOT_YET = "not yet in the journal"
    """The journal has no look of that day, or not yet: it neither confirms nor contradicts anything."""
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Anchored:
    """`confirmed` are the controls whose figure is that of the day's first look. `moved` are those whose figure was
    another by the time of the report, `contradicted` those whose figure stands nowhere in the journal of that day.
    `is_known`: the journal has this very file; `is_measured`: it has a look of that day at all. Without one nothing is
    confirmed.
    """

    confirmed: tuple[str, ...]
    moved: tuple[Differs, ...]
    contradicted: tuple[Differs, ...]
    is_known: bool
    is_measured: bool = True

    @property
    def held(self) -> Held:
        if not self.is_measured:
            return Held.NOT_YET
        return Held.CONTRADICTED if self.contradicted else Held.CONFIRMED


def anchored(said: Stated, file: bytes, measured: Mapping[str, str], reported: Iterable[Event]) -> Anchored:
    """How a report stands to the journal of its day: `measured` at the first look, and `reported` since."""
    reports = [one.details for one in reported]
    later = [figures_by_control(str(one.get("figures", ""))) for one in reports]
    differing = [
        Differs(control, figure, measured.get(control, ""))
        for control, figure in said.figures.items()
        if measured.get(control) != figure
    ]
    # a control that the journal measured and the report leaves out is a figure that was changed to nothing
    left_out = [Differs(control, "", figure) for control, figure in measured.items() if control not in said.figures]
    moved = [one for one in differing if any(each.get(one.control) == one.said for each in later)]
    names = {one.control for one in differing}
    return Anchored(
        confirmed=tuple(one for one in said.figures if one not in names),
        moved=tuple(moved),
        contradicted=tuple([one for one in differing if one not in moved] + left_out),
        is_known=sha256(file).hexdigest() in {one.get("sha256") for one in reports},
        is_measured=bool(measured),
    )
