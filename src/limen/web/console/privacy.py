"""Privacy: how long things are kept, and two notices from what is in force, to read, print or copy."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import LIMEN
from limen.identity import store
from limen.messages import Language
from limen.privacy.notice import Audience, notice
from limen.privacy.standing import standing
from limen.web.requests import query
from limen.web.site import Site
from limen.web.speaking import NAMES

TABS = {
    Audience.EMPLOYEES: "For employees",
    Audience.WORKS_COUNCIL: "For a works council",
}


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/privacy")
    async def show(request: Request) -> Response:
        resident = await site.enter_console(request)
        settings, engine = site.ports.settings, site.ports.in_force.engine
        asked, spoken = query(request, "for"), query(request, "language")
        audience = Audience(asked) if asked in set(Audience) else Audience.EMPLOYEES
        language = Language(spoken if spoken in set(Language) else settings.languages[0])
        apps = [app.name for app in site.known.apps.values() if app.id != LIMEN]
        now = standing(settings, engine, apps, site.known.people.values())
        shown = notice(audience, language, now)
        waiting, erased = await site.ports.database.reading(
            lambda snapshot: (
                len(store.waiting_in_journal(snapshot.connection)),
                len(store.erased_ids(snapshot.connection)),
            )
        )
        return site.page(
            "console/privacy.html",
            resident,
            room="privacy",
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
