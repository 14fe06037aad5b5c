"""Apps: what is protected, which requests are which action, what is public, and which policies speak about it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.cedar import EntityUid, Policy
from limen.facts import LIMEN, App, Group
from limen.web.console.policies import Spoken, spoken_of
from limen.web.console.rows import Filter, recent_rows
from limen.web.requests import query
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an app that should not stay so."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Listed:
    app: App
    findings: tuple[Finding, ...]
    owner: str
    url: str


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/apps")
    async def everything(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        show = query(request, "show")
        listed = [_listed(site, app) for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold())]
        if show == "findings":
            listed = [one for one in listed if one.findings]
        elif show == "public":
            listed = [one for one in listed if one.app.public]
        return site.page("console/apps.html", resident, room="apps", listed=listed, show=show)

    @router.get("/console/apps/{app_id}")
    async def one_app(request: Request, app_id: str) -> Response:
        resident = await site.enter(request, "administer")
        app = site.known.apps.get(app_id)
        if app is None:
            raise HTTPException(404)
        return site.page(
            "console/app.html",
            resident,
            room="apps",
            one=_listed(site, app),
            app=app,
            spoken=_about(site, app),
            rows=recent_rows(site, Filter(app=app.id), 15),
        )

    return router


def findings_of(app: App) -> tuple[Finding, ...]:
    """What is seen from the app's own description."""
    found = []
    if app.upstream.url.startswith("http://"):
        found.append(Finding("Reached without encryption", f"Give {app.name} https, and name it in its `upstream`."))
    if app.opts_in_encoded_paths:
        found.append(
            Finding("Takes encoded paths", "Its requests are judged by the strictest of all their readings; drop the option if you can.")
        )
    return tuple(found)


def _listed(site: Site, app: App) -> Listed:
    owner = site.known.groups.get(app.owner, Group(app.owner))
    url = site.app_url(app, app.start) if app.id != LIMEN else "/"
    return Listed(app, findings_of(app), owner.title or owner.id, url)


def _about(site: Site, app: App) -> list[Spoken]:
    """Policies whose resource line takes in this app."""
    uid = EntityUid("App", app.id)

    def is_about(policy: Policy) -> bool:
        return bool(policy.resource.holds(uid, frozenset()))

    return [one for one in spoken_of(site) if is_about(one.policy)]
