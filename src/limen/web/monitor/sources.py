"""Sources of logs: each with how it goes; what to paste where; and letting its senders in, each by its own proof."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.monitor.canaries import Canaries
from limen.monitor.monitor_rules import Way
from limen.monitor.settings import MonitorSettings
from limen.monitor.sources.guides import guide
from limen.monitor.sources.listing import Listed, State
from limen.monitor.sources.proofs import Bundle
from limen.monitor.sources.pulls import LogPulls
from limen.monitor.sources.service import LogSources
from limen.monitor.sources.wizard import Reached, lacks, recipes
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/sources"
_ICON: Final = "M4 6h16M4 12h10M4 18h6M17 13v7M14 17l3 3 3-3"
PAGES: Final = (
    Page(AT, "Sources", READ, Menu("Watch", 40, _ICON), hint="logs, syslog, senders, heartbeat"),
    Route("GET", f"{AT}/{{name}}", READ),
    Route("POST", f"{AT}/{{name}}/token", CHANGE, does="Create a token for a sender of logs"),
    Route("POST", f"{AT}/{{name}}/certificate", CHANGE, does="Create a certificate for a sender of logs"),
    Route("POST", f"{AT}/{{name}}/remove", CHANGE, does="Remove a sender of logs"),
    Route("POST", f"{AT}/{{name}}/ask", CHANGE, does="Ask a service for its logs now"),
)
DONE: Final = {"removed": "Removed: it can't send any more.", "soon": "It is asked within a minute."}
WAYS: Final = {
    Way.UDP: "syslog over UDP",
    Way.TCP: "syslog over TCP",
    Way.TLS: "syslog over TLS",
    Way.HTTP: "HTTP",
    Way.AGENT: "limen-agent",
    Way.ASKED: "asking for it",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    sources = site.ports.offers.take(LogSources)
    _show(router, site, sources, site.ports.offers.take(Canaries))
    _change(router, site, sources)
    _ask(router, site, sources, site.ports.offers.take(LogPulls))
    return router


def _show(router: APIRouter, site: Site, sources: LogSources, canaries: Canaries) -> None:
    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        return site.page(
            "monitor/sources.html",
            visit,
            sources=await sources.all(),
            ways=WAYS,
            states=State,
            is_watching=sources.rules.watch,
            is_running=sources.supervision.health is not None,
            health=sources.supervision.health,
            listening=sources.supervision.listening,
            canaries=canaries,
        )

    @router.get(f"{AT}/{{name}}")
    async def single(name: str, request: Request, visit: Authorized) -> Response:
        found = await _listed(sources, name)
        reached = _reached(site, sources)
        return site.page(
            "monitor/source.html",
            visit,
            listed=found,
            ways=WAYS,
            states=State,
            recipes=recipes(found.source, reached),
            lacks=lacks(found.source, reached),
            guide=guide(found.source.kind, name) if found.asked is not None else "",
            done=DONE.get(query(request, "done"), ""),
        )


def _change(router: APIRouter, site: Site, sources: LogSources) -> None:
    @router.post(f"{AT}/{{name}}/token")
    async def token(name: str, visit: Authorized, sent: Sent) -> Response:
        """Whoever can send logs can accuse: it takes a fresh proof."""
        await fresh_proof(site, visit, f"{AT}/{name}")
        found = await _listed(sources, name)
        made = await sources.add_token(name, one(sent, "sender").strip(), by=visit.person.id)
        return _given(site, sources, visit, found, token=made)

    @router.post(f"{AT}/{{name}}/certificate")
    async def certificate(name: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{name}")
        found = await _listed(sources, name)
        bundle = await sources.add_certificate(name, one(sent, "sender").strip(), by=visit.person.id)
        return _given(site, sources, visit, found, bundle=bundle)

    @router.post(f"{AT}/{{name}}/remove")
    async def remove(name: str, visit: Authorized, sent: Sent) -> Response:
        found = await _listed(sources, name)
        sender = one(sent, "id")
        if all(each.id != sender for each in found.senders):
            raise HTTPException(404)
        await sources.remove(sender, by=visit.person.id)
        return site.go(visit, f"{AT}/{name}", done="removed")


def _ask(router: APIRouter, site: Site, sources: LogSources, pulls: LogPulls) -> None:
    @router.post(f"{AT}/{{name}}/ask")
    async def ask(name: str, visit: Authorized, _sent: Sent) -> Response:
        await _listed(sources, name)
        await pulls.ask_soon(name)
        return site.go(visit, f"{AT}/{name}", done="soon")


def _given(
    site: Site, sources: LogSources, visit: Authorized, found: Listed, token: str = "", bundle: Bundle | None = None
) -> Response:
    """What proves the new sender, shown this once."""
    return site.page(
        "monitor/source_proof.html",
        visit,
        listed=found,
        recipes=recipes(found.source, _reached(site, sources)),
        here=f"{AT}/{found.name}",
        token=token,
        bundle=bundle,
    )


async def _listed(sources: LogSources, name: str) -> Listed:
    found = next((one for one in await sources.all() if one.name == name), None)
    if found is None:
        raise HTTPException(404)
    return found


def _reached(site: Site, sources: LogSources) -> Reached:
    settings = site.ports.settings
    own = settings.section(MonitorSettings)
    host = own.syslog_name or urlsplit(settings.public_url).hostname or "localhost"
    return Reached(settings.public_url, host, dict(sources.supervision.listening.ports))
