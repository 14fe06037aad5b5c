"""Directories and their groups: how it goes with each, who is in by a grant, and who without one."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.membership.directories import Directories
from limen.access.membership.listing import ListedDirectory, listed
from limen.access.membership.reconciling import Reconciling
from limen.access.membership.store import State
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/directories"
_GROUP: Final = "M4 20c0-3 2-5 5-5s5 2 5 5M9 12a3 3 0 1 0 0-6 3 3 0 0 0 0 6M16 7h5M16 11h5M17 15h4"
PAGES: Final = (
    Page(AT, "Groups elsewhere", SEE_PEOPLE, Menu("Know", 46, _GROUP), hint="directories, LDAP, Active Directory"),
    Route("POST", f"{AT}/ask", CHANGE, does="Ask a directory now who is in its groups"),
)
MOST_SHOWN: Final = 50
"""Of those in a group without a grant."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    directories = site.ports.offers.take(Directories)
    reconciling = site.ports.offers.take(Reconciling)

    async def every() -> list[ListedDirectory]:
        known, apps = directories.known(), tuple(site.known.apps.values())
        return await site.ports.database.reading(lambda snapshot: listed(snapshot, known, apps))

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return site.page(
            "console/directories.html",
            visit,
            directories=await every(),
            people=site.known.people,
            states=State,
            most=MOST_SHOWN,
            is_asked=bool(query(request, "done")),
            here=AT,
        )

    @router.post(f"{AT}/ask")
    async def ask(visit: Authorized, sent: Sent) -> Response:
        name = one(sent, "directory")
        directory = directories.known().get(name)
        if directory is not None:
            await reconciling.reconcile(name, directory)
        return site.go(visit, AT, done="asked")

    return router
