"""One control of the roadmap: its figure, why and what next, what is missed, and what is excepted of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, HTTPException
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.errors import LimenError
from limen.identity.days import today
from limen.roadmap import store
from limen.roadmap.areas import AREAS
from limen.roadmap.deciding import LONGEST_ROW
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.model import Part, Row
from limen.roadmap.roadmap import LINE_DAYS, Shown
from limen.roadmap.statements import Statement, stated
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.roadmap.drawn_shares import bar, trend
from limen.web.roadmap.latest import exceptions, latest, with_exceptions
from limen.web.roadmap.picture import AT, line_of
from limen.web.roadmap.rows_csv import csv_of
from limen.web.roadmap.words import GRADES, asked_of, figure_of, lead_of
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

ONE: Final = f"{AT}/{{control_id}}"
PAGES: Final = (
    Route("GET", ONE, READ),
    Route("GET", f"{ONE}/rows.csv", READ, media_type="text/csv"),
)
MOST_ROWS: Final = 200
"""Of those that are missed, and of those that are met, on the page; the CSV has all."""
MOST_EXCEPTIONS: Final = 100
ROW_DAYS: Final = (14, 30, 60, 90)
CONTROL_DAYS: Final = (30, 90, 180, 365)
"""How long may be chosen to except one row, and to leave out a whole control."""
_DONE: Final = {
    "excepted": "Excepted. It still counts as not met, and is shown as excepted until then.",
    "ended": "Ended.",
    "gone": "It had ended already.",
    "stated": "Stated. It counts from the next look on, as attested, until a source sees otherwise.",
    "taken-back": "Taken back. It counts no more from the next look on.",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A part with what is missed and what is met, as many as a page holds, and how many more there are."""

    part: Part
    figure: str
    asked: str
    bar: Markup
    missed: tuple[Row, ...]
    met: tuple[Row, ...]

    @property
    def more_missed(self) -> int:
        return len(self.part.misses) - len(self.missed)

    @property
    def more_met(self) -> int:
        return len(self.part.rows) - len(self.part.misses) - len(self.met)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody filled in to except something, or (`area`) to state it. `row_id` is "" for the whole control, or
    the whole company.
    """

    row_id: str = ""
    area: str = ""
    why: str = ""
    compensation: str = ""
    days: int = 30


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(ONE)
    async def look(control_id: str, request: Request, visit: Authorized) -> Response:
        wanted = Wanted(query(request, "row"), query(request, "area"))
        return await control_page(site, visit, control_id, wanted, done=_DONE.get(query(request, "done"), ""))

    @router.get(f"{ONE}/rows.csv")
    async def as_csv(control_id: str, request: Request, visit: Authorized) -> Response:
        """Without names of people, unless they are asked for: it leaves the house."""
        audit_view(site, visit, "roadmap")
        shown, _ = await shown_of(site, control_id, visit.now)
        text = csv_of(shown, with_names=query(request, "names") == "1")
        headers = {"content-disposition": f'attachment; filename="limen-roadmap-{shown.control.id}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


async def shown_of(site: Site, control_id: str, now: Instant) -> tuple[Shown, list[RoadmapException]]:
    """A control as it was measured last, and the exceptions of it, also those that are over. Raises HTTPException."""
    seen = await latest(site).measured(now)
    shown = next((one for one in seen.roadmap.shown if one.control.id == control_id), None) if seen else None
    if shown is None:
        raise HTTPException(404)
    known = [one for one in await exceptions(site) if one.control == control_id]
    return with_exceptions(shown, known, now), known


async def control_page(
    site: Site,
    visit: SignedInVisit,
    control_id: str,
    wanted: Wanted,
    *,
    problem: LimenError | None = None,
    done: str = "",
) -> Response:
    """The page of a control. It names people, so looking at it is journaled. Raises HTTPException."""
    audit_view(site, visit, "roadmap")
    shown, known = await shown_of(site, control_id, visit.now)
    day, rows = today(site.ports.settings, visit.now), rows_of(shown)
    said = await stated_of(site, shown)
    chosen = rows.get(wanted.row_id)
    return site.page(
        "console/roadmap_control.html",
        visit,
        line=line_of(shown, day),
        shown=shown,
        control=shown.control,
        measured=shown.measured,
        phase=shown.control.phase.title,
        grades=GRADES,
        parts=[_counted(one) for one in shown.measured.parts],
        trend=trend(shown.line, day, wide=620, tall=96),
        line_days=LINE_DAYS,
        lead=lead_of,
        rows=rows,
        known=known[:MOST_EXCEPTIONS],
        by={one: person_name(site.known, one) for one in (*(e.decided_by for e in known), *(s.said_by for s in said))},
        stated=said[:MOST_EXCEPTIONS],
        areas=AREAS,
        may_state=lambda area, row_id: area in AREAS and stated(said, area, row_id, visit.now) is None,
        may_be_of=may_be_stated(shown, wanted),
        chosen=chosen if chosen is not None and may_except(shown, chosen) else None,
        may_except=lambda row: may_except(shown, row),
        wanted=wanted,
        row_days=ROW_DAYS,
        control_days=CONTROL_DAYS,
        problem=problem,
        done=done,
    )


async def stated_of(site: Site, shown: Shown) -> list[Statement]:
    """What is stated of areas of this control, also what is over; the newest first."""
    areas = {part.area for part in shown.measured.parts} - {""}
    if not areas:
        return []
    every = await site.ports.database.reading(lambda snapshot: store.statements(snapshot.connection))
    return [one for one in every if one.area in areas]


def may_be_stated(shown: Shown, wanted: Wanted) -> Row | None:
    """The row that somebody wants to state something of, where it is missed by a part of that area."""
    area = AREAS.get(wanted.area)
    if area is None or not area.is_of_row:
        return None
    misses = (row for part in shown.measured.parts if part.area == area.name for row in part.misses)
    return next((row for row in misses if row.id == wanted.row_id), None)


def rows_of(shown: Shown) -> dict[str, Row]:
    """By their ids; of one that several parts count, where it is missed."""
    every = (row for part in shown.measured.parts for row in part.rows)
    return {row.id: row for row in sorted(every, key=lambda row: not row.is_met)}


def may_except(shown: Shown, row: Row) -> bool:
    """Whether it is missed, and nobody excepted it."""
    return not row.is_met and row.id not in shown.excepted and 0 < len(row.id) <= LONGEST_ROW


def _counted(part: Part) -> Counted:
    met = [row for row in part.rows if row.is_met]
    return Counted(part, figure_of(part), asked_of(part), bar(part), part.misses[:MOST_ROWS], tuple(met[:MOST_ROWS]))
