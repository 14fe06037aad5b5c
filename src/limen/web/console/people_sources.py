"""Where people come from: each source with its last runs, what waits for somebody, and the two answers to a stop."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.connectors.turns import due_at
from limen.identity.sources import token_store
from limen.identity.sources.ldap.ldap_settings import settings_of
from limen.identity.sources.model import Held, Source, SourceKind, Waits
from limen.identity.sources.people_sources import Open, SourceNow, digest_of
from limen.identity.sources.said import COUNTS, WAITS
from limen.identity.sources.scim.server import BASE
from limen.storage.service_tokens import ServiceToken
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/people/sources"
_ARROW: Final = "M4 12h10M10 8l4 4-4 4M16 5h4v14h-4"
PAGES: Final = (
    Page(AT, "Sources of people", SEE_PEOPLE, Menu("Know", 12, _ARROW), hint="SCIM, LDAP, Entra ID, Okta, Google, HR"),
    Route("POST", f"{AT}/go-on", CHANGE, does="Let the source take access"),
    Route("POST", f"{AT}/keep", CHANGE, does="Keep everyone's access"),
    Route("POST", f"{AT}/link", CHANGE, does="Link the record to the person"),
    Route("POST", f"{AT}/ignore", CHANGE, does="Set the record aside"),
    Route("POST", f"{AT}/end-token", CHANGE, does="End the token"),
)
MOST_SHOWN: Final = 200
MOST_RUNS: Final = 10
_DONE: Final = {
    "went-on": "Access was taken from those whom the source named.",
    "kept": "They keep access until the source says otherwise of them.",
    "linked": "The record is linked.",
    "ignored": "The record was set aside.",
    "ended": "The token opens nothing any more.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as the page shows it: `held` would lose access, `waits` are other records to look at. `next_at`: when
    it is asked next (0: it speaks when it likes). `failures`: how many runs in a row have failed by now.
    """

    now: SourceNow
    held: tuple[Open, ...]
    waits: tuple[Open, ...]
    tokens: tuple[ServiceToken, ...]
    next_at: int = 0

    @property
    def seen(self) -> str:
        """What an answer to the stop is about."""
        return digest_of(open_.record for open_ in self.held)

    @property
    def failures(self) -> int:
        return sum(1 for _ in takewhile(lambda run: run.failed, self.now.runs))


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    sources = site.identity.sources

    async def shown(now: SourceNow, at: int) -> Shown:
        found = await sources.open_records(now.source.id)
        held = tuple(each for each in found if each.record.held == Held.ASKED)
        waits = tuple(each for each in found if each.record.waits and each.record.waits != Waits.IGNORED)
        kept = await site.ports.database.reading(lambda s: token_store.TOKENS.of(s.connection, now.source.id, at))
        return Shown(now, held, waits, tuple(kept), await next_at(now.source, at))

    async def next_at(source: Source, at: int) -> int:
        if source.kind is not SourceKind.LDAP:
            return 0
        known = (await site.identity.directories.states()).get(source.id)
        return max(at, due_at(known.asked, settings_of(source).every_ms)) if known is not None else at

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return site.page(
            "console/people_sources.html",
            visit,
            sources=[await shown(each, visit.now) for each in await sources.overview()],
            done=_DONE.get(query(request, "done"), ""),
            here=AT,
            counts=COUNTS,
            why=WAITS,
            scim=SourceKind.SCIM,
            tenant=f"{site.ports.settings.public_url.rstrip('/')}{BASE}",
            most=MOST_SHOWN,
            most_runs=MOST_RUNS,
            taken=Waits.ADDRESS_TAKEN,
        )

    @router.post(f"{AT}/go-on")
    async def go_on(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        await sources.go_on(one(sent, "source"), by=visit.person.id, seen=one(sent, "seen"))
        return site.go(visit, AT, done="went-on")

    @router.post(f"{AT}/keep")
    async def keep(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        await sources.keep(one(sent, "source"), by=visit.person.id, seen=one(sent, "seen"))
        return site.go(visit, AT, done="kept")

    @router.post(f"{AT}/link")
    async def link(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        who, by = one(sent, "person"), visit.person.id
        await sources.link(one(sent, "source"), one(sent, "record"), by=by, person_id=who)
        return site.go(visit, AT, done="linked")

    @router.post(f"{AT}/ignore")
    async def ignore(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        await sources.ignore(one(sent, "source"), one(sent, "record"), by=visit.person.id)
        return site.go(visit, AT, done="ignored")

    @router.post(f"{AT}/end-token")
    async def end_token(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        token, by = one(sent, "token"), visit.person.id
        await site.identity.ports.write(lambda t: token_store.end(t, token, visit.now, by))
        return site.go(visit, AT, done="ended")

    return router
