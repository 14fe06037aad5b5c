"""Privacy: how long things are kept, and two notices from what is in force, to read, print or copy."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import LIMEN
from limen.identity.store import erasure
from limen.messages import Language
from limen.monitor.monitor_rules import MonitorRules
from limen.privacy.notice import Audience, notice
from limen.privacy.notice_facts import notice_facts
from limen.web.localizer import NAMES
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page(
        "/console/privacy",
        "Privacy",
        READ,
        Menu("Improve", 40, "privacy"),
        hint="retention, notices for employees and the works council, GDPR",
    ),
)

TABS = {
    Audience.EMPLOYEES: "For employees",
    Audience.WORKS_COUNCIL: "For a works council",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/privacy")
    async def show(request: Request, visit: Authorized) -> Response:
        settings, engine = site.ports.settings, site.ports.in_force.engine
        asked, spoken = query(request, "for"), query(request, "language")
        audience = Audience(asked) if asked in set(Audience) else Audience.EMPLOYEES
        language = Language(spoken if spoken in set(Language) else settings.languages[0])
        apps = [app.name for app in site.known.apps.values() if app.id != LIMEN]
        now = notice_facts(settings, engine, apps, site.known.people.values(), site.known.rules_of(MonitorRules))
        shown = notice(audience, language, now)
        waiting, erased = await site.ports.database.reading(
            lambda snapshot: (
                len(erasure.waiting_in_journal(snapshot.connection)),
                len(erasure.erased_ids(snapshot.connection)),
            )
        )
        return site.page(
            "console/privacy.html",
            visit,
            notice=shown,
            audience=audience,
            language_shown=language,
            tabs=TABS,
            languages=NAMES,
            settings=settings,
            waiting=waiting,
            erased=erased,
        )

    return router
