"""Frameworks that others ask by: how much of each is covered, and its items as questions answered from evidence.

Nobody is named on these pages nor in their CSV: what a silent source is called is searched for everybody's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.identity.store import people
from limen.roadmap.frameworks.as_csv import as_csv
from limen.roadmap.frameworks.coverage import Cover, coverage
from limen.roadmap.frameworks.model import Framework, Stage
from limen.roadmap.frameworks.questionnaire import Answered, Reply, questionnaire
from limen.roadmap.frameworks.reading import frameworks
from limen.roadmap.report.redaction import Redaction
from limen.roadmap.roadmap import Shown
from limen.web.page import Page, Route
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.roadmap.latest import exceptions, latest, with_exceptions
from limen.web.roadmap.picture import AT as ROADMAP
from limen.web.roadmap.words import Mark
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = f"{ROADMAP}/frameworks"
ONE: Final = f"{AT}/{{framework_id}}"
PAGES: Final = (
    Page(
        AT,
        "Frameworks and questionnaires",
        READ,
        hint="insurer, Cyber Essentials, CIS, ISO 27001, NIS2, NIST, CISA, compliance, coverage",
    ),
    Route("GET", ONE, READ),
    Route("GET", f"{ONE}/answers.csv", READ, media_type="text/csv"),
)
MARKS: Final = {
    Reply.YES: Mark("permit", "permit", "Yes"),
    Reply.PARTLY: Mark("challenge", "heed", "Partly"),
    Reply.NO: Mark("deny", "deny", "No"),
    Reply.OPEN: Mark("", "unreached", "Open"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A group with those of its items that are shown, and of a maturity model the stage that is proved."""

    title: str
    answers: tuple[Answered, ...]
    has_stages: bool
    reached: Stage | None


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def look(visit: Authorized) -> Response:
        shown, at = await _shown(site, visit.now)
        return site.page(
            "console/roadmap_frameworks.html",
            visit,
            found=[(coverage(one, shown), questionnaire(one, shown)) for one in frameworks()],
            measured_at=at,
            covers=Cover,
            replies=MARKS,
        )

    @router.get(ONE)
    async def look_at_one(framework_id: str, request: Request, visit: Authorized) -> Response:
        framework = _named(framework_id)
        shown, at = await _shown(site, visit.now)
        answers = await _answers(site, framework, shown)
        show = query(request, "show")
        return site.page(
            "console/roadmap_framework.html",
            visit,
            framework=framework,
            at=f"{AT}/{framework.id}",
            found=coverage(framework, shown),
            covers=Cover,
            headings=_headings(framework, answers, shown, show if show in set(Reply) else ""),
            counts={one: sum(each.reply is one for each in answers) for one in Reply},
            marks=MARKS,
            known=shown,
            measured_at=at,
            show=show,
        )

    @router.get(f"{ONE}/answers.csv")
    async def download(framework_id: str, visit: Authorized) -> Response:
        framework = _named(framework_id)
        shown, at = await _shown(site, visit.now)
        text = as_csv(framework, await _answers(site, framework, shown), at)
        headers = {"content-disposition": f'attachment; filename="limen-{framework.id}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _named(framework_id: str) -> Framework:
    """Raises HTTPException where there is none."""
    found = next((one for one in frameworks() if one.id == framework_id), None)
    if found is None:
        raise HTTPException(404)
    return found


async def _shown(site: Site, now: Instant) -> tuple[dict[str, Shown], Instant]:
    """Every control by its id as it was measured last, and when; nothing and 0 where nothing measures."""
    seen = await latest(site).measured(now)
    if seen is None:
        return {}, 0
    known = await exceptions(site)
    return {one.control.id: with_exceptions(one, known, now) for one in seen.roadmap.shown}, seen.roadmap.at


async def _answers(site: Site, framework: Framework, shown: dict[str, Shown]) -> tuple[Answered, ...]:
    members = await site.ports.database.reading(lambda snapshot: people.members(snapshot.connection))
    return await site.in_thread(
        lambda: questionnaire(framework, shown, Redaction.of(one.person for one in members)),
    )


def _headings(framework: Framework, answers: Sequence[Answered], shown: dict[str, Shown], show: str) -> list[Heading]:
    """The groups of which anything is shown."""
    by_id = {one.item.id: one for one in answers if not show or one.reply == show}
    reached = coverage(framework, shown).reached
    headings = (
        Heading(
            group.title,
            tuple(by_id[item.id] for item in group.items if item.id in by_id),
            group.title in reached,
            reached.get(group.title),
        )
        for group in framework.groups
    )
    return [one for one in headings if one.answers]
