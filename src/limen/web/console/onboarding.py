"""An app's onboarding: who would have been refused and why, and one click to let the policies count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.clock import Instant
from limen.company.folder import APPS
from limen.company.onboarding import without_onboarding
from limen.enforcement.traffic import AppTraffic
from limen.facts import App, FactStore
from limen.policy.decision import Named
from limen.web.console.changes import Changes
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.rows import person_name, titles_of
from limen.web.page import Route
from limen.web.permissions import CHANGE, READ
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Route("GET", "/console/apps/{app_id}/onboarding", READ),
    Route("POST", "/console/apps/{app_id}/onboarding/end", CHANGE, does="End the onboarding: see what would change"),
)


@dataclass(frozen=True, slots=True)
class WouldBe:
    """Requests of one person for one action that only the onboarding let pass, and what would have refused them."""

    person: str
    person_id: str
    action: str
    reasons: tuple[str, ...]
    count: int
    newest: Instant
    decision: str


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/apps/{app_id}/onboarding")
    async def show(app_id: str, visit: Authorized) -> Response:
        app = _app(site, app_id)
        seen = site.ports.doors.traffic.of(app_id)
        would_be = would_be_refused(seen, site.known, titles_of(site.ports.in_force.engine))
        return site.page(
            "console/onboarding.html",
            visit,
            app=app,
            is_on=app.is_onboarding(visit.now),
            would_be=would_be,
            named=Named.ONBOARDING.value,
            people=len({refused.person_id for refused in seen.refused}) if seen else 0,
            count=times_let_pass(seen),
            uncounted=seen.uncounted if seen else 0,
        )

    @router.post("/console/apps/{app_id}/onboarding/end")
    async def end(app_id: str, visit: Authorized, sent: Sent) -> Response:
        """Begin the change that lets the app's policies count; it is published as any other, and reverted as any."""
        app, here = _app(site, app_id), f"/console/apps/{app_id}/onboarding"
        await fresh_proof(site, visit, here)
        company = await changes.unchanged_since(sent)
        text = without_onboarding(company.files.get(APPS, ""), app_id)
        return await changes.begin(visit, f"Enforce {app.name}", {APPS: text}, here, company)

    return router


def times_let_pass(seen: AppTraffic | None) -> int:
    """How many requests only the onboarding let pass."""
    return 0 if seen is None else sum(often.count for often in seen.refused.values()) + seen.uncounted


def would_be_refused(seen: AppTraffic | None, known: FactStore, titles: Mapping[str, str]) -> list[WouldBe]:
    """Each person, action and set of reasons since the onboarding began, those that came most often first."""
    listed = [
        WouldBe(
            person_name(known, refused.person_id),
            refused.person_id if refused.person_id in known.people else "",
            refused.action,
            tuple(titles.get(reason, reason) for reason in refused.reasons),
            often.count,
            often.newest,
            often.decision,
        )
        for refused, often in (seen.refused.items() if seen else ())
    ]
    return sorted(listed, key=lambda one: (-one.count, one.person, one.action))


def _app(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or not app.onboarding_until:
        raise HTTPException(404)
    return app
