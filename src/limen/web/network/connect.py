"""Connections that somebody may open: a door in the firewall for the address they sit at, while a decision holds it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import LIMEN, App
from limen.messages import gettext_noop
from limen.network.doors.doors import CONNECT, Doors
from limen.network.doors.model import Opening, zone_of
from limen.network.model import Network
from limen.network.tunnels.model import end_of_tunnels
from limen.network.tunnels.names import names_of
from limen.policy.decision import Effect, Request as Asked
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit
from limen.web.waiting_program import waiting_at

AT: Final = "/network/connect"
PAGES: Final = (
    Route("GET", AT, VIEW),
    Route("POST", AT, VIEW, does=gettext_noop("Open a connection")),
    Route("POST", f"{AT}/close", VIEW, does=gettext_noop("Close a connection")),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    doors = site.ports.offers.take(Doors)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        wanted = query(request, "app")
        mine = doors.open_of(visit.person.id)
        tunnel = doors.tunnel(visit.session, visit.visitor.address)
        here = tunnel.addresses if tunnel is not None else (visit.visitor.address,)
        network = site.known.rules_of(Network) or Network(())
        return site.page(
            "access/connect.html",
            visit,
            apps=_apps(visit, {wanted, *(door.app for door in mine)}),
            wanted=wanted,
            open={door.app: door for door in mine if door.sources == here},
            elsewhere=[door for door in mine if door.sources != here],
            waiting=waiting_at(query(request, "port"), query(request, "state")),
            names={app.id: app.name for app in site.known.apps.values()},
            is_inside=bool(zone_of(network, visit.visitor.address)) or tunnel is not None,
            address=visit.visitor.address,
            found_by={door.id: _names(door, network) for door in mine},
            has_tunnels=end_of_tunnels(network) is not None,
            wanted_app=wanted if wanted in site.known.apps else "APP",
            done=query(request, "done"),
            here="/",
        )

    @router.post(AT)
    async def open_one(visit: Authorized, sent: Sent) -> Response:
        app_id, waiting = one(sent, "app")[:40], waiting_at(one(sent, "port"), one(sent, "state"))
        is_tied = visit.tied_until > visit.now
        work = doors.open(app_id, visit.session, visit.person, visit.visitor.address, is_tied=is_tied)
        asked = await done_or_page(work, lambda wrong: site.failed(visit, wrong))
        if asked.answer.effect is Effect.CHALLENGE:
            back = f"{AT}?{urlencode({'app': app_id, **(waiting.fields if waiting else {})})}"
            return site.go(visit, "/step-up", app=LIMEN, to=back, decision=asked.answer.id)
        if asked.opening is None:
            return site.go(visit, "/not-yet", decision=asked.answer.id)
        if waiting is not None:  # on by a page of ours: a form's answer may not lead off this host by itself
            name, url = site.known.apps[app_id].name, waiting.url(until=asked.opening.until)
            return site.page("access/connect_opened.html", visit, name=name, url=url, here="/")
        return site.go(visit, AT, done="opened")

    @router.post(f"{AT}/close")
    async def close_one(visit: Authorized, sent: Sent) -> Response:
        """One answer to what is somebody else's, what is over and what never was."""
        is_closed = await doors.close_own(one(sent, "opening")[:60], visit.person.id)
        return site.go(visit, AT, done="closed" if is_closed else "gone")

    def _names(door: Opening, network: Network) -> list[str]:
        """By which it is found through a tunnel."""
        app = site.known.apps.get(door.app)
        return list(names_of(door, app.network, network)) if app is not None and app.network is not None else []

    def _apps(visit: SignedInVisit, named: set[str]) -> list[App]:
        """Those that they could open now, and those that they came for."""
        engine = site.ports.in_force.engine
        found = []
        for app in site.known.apps.values():
            if app.network is None:
                continue
            facts = site.known.facts(visit.session, app, visit.visitor.address)
            if app.id in named or engine.decide(Asked(CONNECT), facts, visit.now).effect is not Effect.DENY:
                found.append(app)
        return sorted(found, key=lambda app: app.name.casefold())

    return router
