"""An app's entry is changed or taken out, with what depends on it named; published as any change."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.company.apps_text import entry_text, with_entry
from limen.company.company import Company
from limen.company.folder import APPS
from limen.company.removals import uses_of_app, without_app
from limen.errors import LimenError
from limen.facts import LIMEN, App
from limen.messages import joined
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/apps/{app_id}/edit", CHANGE),
    Route("POST", "/console/apps/{app_id}/edit", CHANGE, does="Edit an app: see what would change"),
    Route("POST", "/console/apps/{app_id}/remove", CHANGE, does="Remove an app: see what would change"),
)

LONGEST: Final = 20_000
_MOST_SAID: Final = 4


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/apps/{app_id}/edit")
    async def look(app_id: str, visit: Authorized) -> Response:
        company = changes.company
        return _page(site, visit, company, _app(company, app_id))

    @router.post("/console/apps/{app_id}/edit")
    async def change(app_id: str, visit: Authorized, sent: Sent) -> Response:
        at = f"/console/apps/{app_id}/edit"
        await fresh_proof(site, visit, at)
        text = one(sent, "text")[:LONGEST]
        company = changes.company
        app = _app(company, app_id)
        try:
            company = await changes.unchanged_since(sent)
            changed = {APPS: with_entry(company.files.get(APPS, ""), app_id, text)}
            return await changes.begin(visit, f"Change {app.name}", changed, at, company)
        except LimenError as wrong:
            return _page(site, visit, company, app, text, problem_of(wrong))

    @router.post("/console/apps/{app_id}/remove")
    async def remove(app_id: str, visit: Authorized, sent: Sent) -> Response:
        at = f"/console/apps/{app_id}/edit"
        await fresh_proof(site, visit, at)
        company = changes.company
        app = _app(company, app_id)
        try:
            company = await changes.unchanged_since(sent)
            done = await site.in_thread(lambda: without_app(company, app_id))
            said = joined([f"Remove {app.name}", *done.said[:_MOST_SAID]])
            return await changes.begin(visit, said, done.company, at, company)
        except LimenError as wrong:
            return _page(site, visit, company, app, problem=problem_of(wrong))

    return router


def _app(company: Company, app_id: str) -> App:
    app = company.all_apps.get(app_id)
    if app is None or app_id == LIMEN:
        raise HTTPException(404)
    return app


def _page(
    site: Site, visit: SignedInVisit, company: Company, app: App, text: str = "", problem: LimenError | None = None
) -> Response:
    if not text:
        try:
            text = entry_text(company.files.get(APPS, ""), app.id)
        except LimenError as wrong:
            problem = problem or wrong
    return site.page(
        "console/app_edit.html",
        visit,
        status=400 if problem else 200,
        current="/console/apps",
        app=app,
        text=text,
        longest=LONGEST,
        uses=uses_of_app(company, app.id),
        problem=problem,
    )
