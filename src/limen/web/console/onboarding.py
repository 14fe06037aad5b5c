"""An app's onboarding: who would have been refused and why, and one click to let the policies count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.folder import APPS
from limen.company.onboarding import without_onboarding
from limen.events import Event
from limen.facts import App, Known
from limen.policy.decision import Named
from limen.storage.journal.recent import RING
from limen.web.console.changes import Changes
from limen.web.console.proving import freshly_proved
from limen.web.console.rows import person_name, titles_of
from limen.web.site import Site


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


def rooms(site: Site, changes: Changes) -> APIRouter:
    router = APIRouter()

    @router.get("/console/apps/{app_id}/onboarding")
    async def show(request: Request, app_id: str) -> Response:
        resident = await site.enter_console(request)
        app = _app(site, app_id)
        events = site.ports.journal.recent(RING, lambda event: is_let_pass(event, app_id))
        would_be = would_be_refused(events, site.known, titles_of(site.ports.in_force.engine))
        return site.page(
            "console/onboarding.html",
            resident,
            room="apps",
            app=app,
            is_on=app.is_onboarding(resident.now),
            would_be=would_be,
            named=Named.ONBOARDING.value,
            people=len({one.person_id or one.person for one in would_be}),
            count=sum(one.count for one in would_be),
        )

    @router.post("/console/apps/{app_id}/onboarding/end")
    async def end(request: Request, app_id: str) -> Response:
        """Begin the change that lets the app's policies count; it is published as any other, and reverted as any."""
        resident = await site.enter_console(request)
        sent = await site.form(request, resident.visit)
        app, here = _app(site, app_id), f"/console/apps/{app_id}/onboarding"
        await freshly_proved(site, resident, here)
        company = await changes.unchanged_since(sent)
        text = without_onboarding(company.files.get(APPS, ""), app_id)
        return await changes.begin(resident, f"Enforce {app.name}", {APPS: text}, here, company)

    return router


def is_let_pass(event: Event, app_id: str = "") -> bool:
    """Is this a request that only an onboarding let pass, of this app where one is named?"""
    decision = event.decision
    if decision is None or decision.reasons[:1] != (Named.ONBOARDING,):
        return False
    return not app_id or decision.app == app_id


def would_be_refused(events: Iterable[Event], known: Known, titles: Mapping[str, str]) -> list[WouldBe]:
    """Alike requests together, those that came most often first. `events` come newest first or in any order."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Event]] = {}
    for event in events:
        if event.decision is not None:
            found.setdefault((event.actor, event.decision.action, event.decision.reasons[1:]), []).append(event)
    listed = []
    for (actor, action, reasons), some in found.items():
        newest = max(some, key=lambda one: one.at)
        listed.append(
            WouldBe(
                person_name(known, actor),
                actor if actor in known.people else "",
                action,
                tuple(titles.get(reason, reason) for reason in reasons),
                sum(one.count for one in some),
                newest.at,
                newest.id,
            )
        )
    return sorted(listed, key=lambda one: (-one.count, one.person, one.action))


def _app(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or not app.onboarding_until:
        raise HTTPException(404)
    return app
