"""Add an app: say where it runs, see what answers there, say whom it is for, and publish it as any change."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.add_app import NewApp, add_app
from limen.company.upstream_section import upstream_complaint
from limen.enforcement.probe import UNKNOWN, Found, Kind, kind_named, probe
from limen.errors import LimenError
from limen.facts import Label
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/console/add-app", "Add an app", CHANGE, hint="protect a new one"),
    Route("POST", "/console/add-app", CHANGE, does="Add an app: see what would change"),
    Route("POST", "/console/add-app/look", CHANGE, does="Check an app's address"),
)

AT: Final = "/console/add-app"
_LONGEST: Final = 200
FIELDS: Final = ("id", "url", "name", "label", "host", "owner", "kind", "redirect")


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def begin(visit: Authorized) -> Response:
        return _page(site, visit, {})

    @router.post(AT + "/look")
    async def look(visit: Authorized, sent: Sent) -> Response:
        """Look once at the address. Only whoever could publish an app may have Limen look anywhere."""
        typed = {name: one(sent, name)[:_LONGEST].strip() for name in FIELDS}
        await fresh_proof(site, visit, AT)
        if typed["redirect"]:  # it signs people in by itself, so Limen never calls it
            return _page(site, visit, {**typed, "label": "internal"}, step=2)
        complaint = upstream_complaint(typed["url"])
        if complaint:
            return _page(site, visit, typed, LimenError(*complaint))
        try:
            found = await probe(typed["url"])
        except LimenError as wrong:
            if one(sent, "anyway") != "1":
                return _page(site, visit, typed, wrong, may_go_on=True)
            found = None
        kind = found.kind if found else UNKNOWN
        known = {"name": typed["name"] or kind.name, "label": "internal", "kind": kind.name}
        return _page(site, visit, {**typed, **known}, step=2, found=found)

    @router.post(AT)
    async def add(visit: Authorized, sent: Sent) -> Response:
        typed = {name: one(sent, name)[:_LONGEST].strip() for name in FIELDS}
        groups = tuple(sent.get("groups", ()))[:50]
        await fresh_proof(site, visit, AT)
        company = await changes.unchanged_since(sent)
        complaint = None if typed["redirect"] else upstream_complaint(typed["url"])
        try:
            if complaint:
                raise LimenError(*complaint)  # noqa: TRY301 -- said on the same page as the rest
            asked = _asked(typed, groups, kind_named(typed["kind"]), is_onboarding=one(sent, "onboarding") == "1")
            done = await site.in_thread(lambda: add_app(company, asked, visit.now))
            return await changes.begin(visit, f"Add {typed['name'] or typed['id']}", done.company, AT, company)
        except LimenError as wrong:
            return _page(site, visit, typed, problem_of(wrong), step=2, groups=groups)

    return router


def _asked(typed: dict[str, str], groups: tuple[str, ...], kind: Kind, *, is_onboarding: bool) -> NewApp:
    return NewApp(
        typed["id"],
        typed["url"],
        groups,
        kind.actions,
        typed["name"],
        typed["label"],
        typed["host"],
        typed["owner"],
        kind.start,
        is_onboarding,
        typed["redirect"],
    )


def _page(
    site: Site,
    visit: SignedInVisit,
    typed: dict[str, str],
    problem: LimenError | None = None,
    *,
    step: int = 1,
    found: Found | None = None,
    groups: tuple[str, ...] = (),
    may_go_on: bool = False,
) -> Response:
    return site.page(
        "console/add_app.html",
        visit,
        current="/console/apps",
        example="http://10.0.0.5:8080",
        issuer=site.ports.settings.public_url,
        typed={name: typed.get(name, "") for name in FIELDS},
        step=step,
        found=found,
        chosen=groups,
        groups=list(site.known.groups.values()),
        labels=[label.word for label in Label],
        problem=problem,
        may_go_on=may_go_on,
    )
