"""Directories that people come from: how it goes with each, a connection tried, and everybody read now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.connectors.asked_store import AskedState
from limen.errors import LimenError
from limen.identity.sources.ldap.ldap_settings import LdapSettings, settings_of
from limen.identity.sources.ldap.store import DirectoryState, WholeReading
from limen.identity.sources.ldap.trying import Tried
from limen.identity.sources.model import Source
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/people/sources/directories"
PAGES: Final = (
    Page(AT, "Directories that people come from", SEE_PEOPLE, hint="LDAP, Active Directory, test the connection"),
    Route("POST", f"{AT}/try", CHANGE, does="Test the connection to a directory"),
    Route("POST", f"{AT}/read", CHANGE, does="Read a directory now"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A directory as the page shows it. `is_busy`: it is being read at this moment."""

    source: Source
    settings: LdapSettings
    state: DirectoryState
    is_busy: bool


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    directories = site.identity.directories

    async def every(now: int) -> list[Shown]:
        states = await directories.states()
        found = []
        for source in directories.declared.values():
            state = states.get(source.id) or DirectoryState(AskedState(source.id), WholeReading())
            found.append(Shown(source, settings_of(source), state, state.asked.busy_until > now))
        return found

    async def page(
        visit: Authorized, *, is_asked: bool = False, tried: Tried | None = None, wrong: str = ""
    ) -> Response:
        return site.page(
            "console/people_directories.html",
            visit,
            directories=await every(visit.now),
            is_asked=is_asked,
            tried=tried,
            wrong=wrong,
            here=AT,
        )

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return await page(visit, is_asked=bool(query(request, "done")))

    @router.post(f"{AT}/try")
    async def try_connection(visit: Authorized, sent: Sent) -> Response:
        source = directories.declared.get(one(sent, "source"))
        if source is None:
            return site.go(visit, AT)
        try:
            return await page(visit, tried=await directories.try_connection(source))
        except LimenError as error:
            return await page(visit, wrong=error.what)

    @router.post(f"{AT}/read")
    async def read(visit: Authorized, sent: Sent) -> Response:
        source = directories.declared.get(one(sent, "source"))
        if source is None:
            return site.go(visit, AT)
        await directories.read_soon(source, by=visit.person.id)
        return site.go(visit, AT, done="asked")

    return router
