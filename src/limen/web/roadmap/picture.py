"""The roadmap as a picture: four phases side by side, each with its controls, and how far each is of what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from limen.identity.days import today
from limen.roadmap.holding import PhaseStanding
from limen.roadmap.model import MOST_ATTESTED, Grade, Phase
from limen.roadmap.plan import PlannedPhase
from limen.roadmap.roadmap import Roadmap, Shown
from limen.web.charts import ring
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.roadmap.drawn_shares import bar, trend
from limen.web.roadmap.latest import exceptions, latest, with_exceptions
from limen.web.roadmap.words import MONTHS, Mark, asked_of, figure_of, first_of, mark_of
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/roadmap"
_ROAD: Final = "M5 21L9.5 3M19 21L14.500 3M12 4v3M12 10.500v3M12 17v3.500"
PAGES: Final = (
    Page(AT, "Roadmap", READ, Menu("Improve", 5, _ROAD), hint="zero trust, phases, controls, figures, maturity"),
    Route("POST", f"{AT}/measure", CHANGE, does="Measure the roadmap now"),
)
MOST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A control as a row of the picture."""

    shown: Shown
    mark: Mark
    figure: str
    asked: str
    first: str
    bar: Markup
    trend: Markup


@dataclass(frozen=True, slots=True)
class Column:
    """A phase with its controls."""

    phase: Phase
    title: str
    months: str
    planned: PlannedPhase | None
    standing: PhaseStanding
    lines: tuple[Line, ...]
    ring: Markup

    @property
    def met(self) -> int:
        return sum(one.shown.measured.is_met for one in self.lines)


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        seen, known = await latest(site).measured(visit.now), await exceptions(site)
        shown = [with_exceptions(one, known, visit.now) for one in seen.roadmap.shown] if seen else []
        left_out = {one.control.id for one in shown if one.left_out is not None}
        columns = columns_of(seen.roadmap, shown, today(site.ports.settings, visit.now)) if seen else []
        return site.page(
            "console/roadmap.html",
            visit,
            found=seen.roadmap if seen else None,
            is_measuring=latest(site).is_measuring,
            columns=columns,
            number=len(shown),
            met=sum(one.measured.is_met for one in shown),
            unknown=sum(one.measured.grade is Grade.UNKNOWN for one in shown),
            steps=[one for one in (seen.steps if seen else ()) if one.control.id not in left_out][:MOST_STEPS],
            most_attested=MOST_ATTESTED,
            done="Measured just now." if query(request, "done") else "",
        )

    @router.post(f"{AT}/measure")
    async def measure(visit: Authorized, _sent: Sent) -> Response:
        await latest(site).measured_anew(visit.now)
        return site.go(visit, AT, done="measured")

    return router


def columns_of(found: Roadmap, shown: list[Shown], day: date) -> list[Column]:
    """The four phases in their order."""
    planned = {one.phase: one for one in found.plan}
    return [
        _column(
            one,
            planned.get(one.phase),
            tuple(line_of(each, day) for each in shown if each.control.phase is one.phase),
        )
        for one in found.phases
    ]


def _column(standing: PhaseStanding, planned: PlannedPhase | None, lines: tuple[Line, ...]) -> Column:
    phase, met = standing.phase, sum(one.shown.measured.is_met for one in lines)
    said = f"{met} of {len(lines)} controls are met"
    return Column(phase, phase.title, MONTHS[phase], planned, standing, lines, ring(met, len(lines), said))


def line_of(shown: Shown, day: date) -> Line:
    worst = shown.measured.worst
    if shown.measured.grade is Grade.UNKNOWN:
        worst = None  # as soon as one part is unknown, so is the control, whatever the others say
    return Line(
        shown,
        mark_of(shown),
        figure_of(worst),
        "" if worst is None else asked_of(worst),
        first_of(shown),
        bar(worst),
        trend(shown.line, day),
    )
