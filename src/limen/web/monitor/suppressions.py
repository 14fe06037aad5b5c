"""What is suppressed, by whom and until when, and how much it has hidden; and ending it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.monitor.alerts import words
from limen.monitor.alerts.service import Alerts
from limen.web.console.rows import person_name
from limen.web.monitor.alerts import company_texts
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/suppressions"
PAGES: Final = (
    Page(AT, "Suppressions", READ, hint="exceptions of alerts, false alarms"),
    Route("POST", f"{AT}/{{suppression_id}}/end", CHANGE, does="End a suppression"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    alerts = site.ports.offers.take(Alerts)

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        texts = await site.in_thread(lambda: words.texts_of(company_texts(site)))
        suppressions = await alerts.suppressions()
        return site.page(
            "monitor/suppressions.html",
            visit,
            suppressions=suppressions,
            titles={one.rule: texts[one.rule].title for one in suppressions if one.rule in texts},
            by={one.by: person_name(site.known, one.by) for one in suppressions},
            done="Ended: what its rule finds is told again." if query(request, "done") else "",
        )

    @router.post(f"{AT}/{{suppression_id}}/end")
    async def end(suppression_id: str, visit: Authorized, _sent: Sent) -> Response:
        await alerts.end_suppression(suppression_id, by=visit.person.id)
        return site.go(visit, AT, done="ended")

    return router
