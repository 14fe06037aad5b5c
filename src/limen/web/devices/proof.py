"""Proving which device a browser sits on: the page asks the agent of the same machine, and brings its answer here."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.clock import SECOND
from limen.devices.binding import AGENT_PORTS
from limen.devices.inventory.watching import SeenDevices
from limen.devices.service import Devices
from limen.devices.wire import RefusedError
from limen.enforcement.answers import app_origin
from limen.enforcement.certified_browsers import PATH
from limen.facts import LIMEN, App, Session
from limen.ties import BY_AGENT, BY_BROWSER_KEY
from limen.web.middleware import CONNECT_TARGETS
from limen.web.page import Route
from limen.web.portal.apps import app_open_to
from limen.web.requests import TIE_COOKIE, query, query_id, text_of, where_to
from limen.web.site import Site, set_cookie
from limen.web.visit import Anybody, SentJson

_OWN_SESSION: Final = "it is about the session that asks, and only makes it known where that sits"
_MINE: Final = "/devices?done=here"
"""Where who asked for no app's sake reads which device this is."""
PAGES: Final = (
    Route("GET", "/devices/prove", undecided=_OWN_SESSION),
    Route("GET", "/devices/prove/certificate", undecided=_OWN_SESSION),
    Route("POST", "/devices/challenge", undecided=_OWN_SESSION),
    Route("POST", "/devices/prove", undecided=_OWN_SESSION),
)


def routes(site: Site) -> APIRouter:
    """`/devices/prove?app=ID&to=PATH`: it goes on to known apps' hosts only, by id, never to a given address."""
    router = APIRouter()
    bindings = site.ports.offers.take(Devices).bindings
    seen = site.ports.offers.take(SeenDevices)
    agents = tuple(f"http://127.0.0.1:{port}" for port in AGENT_PORTS)

    @router.get("/devices/prove")
    async def show(request: Request, visit: Anybody) -> Response:
        if visit.session is None:
            return site.go(visit, "/sign-in", to=where_to(f"{request.url.path}?{request.url.query}"))
        app = app_open_to(site, visit, query_id(request, "app"))
        onward = _onward(site, app, where_to(query(request, "to", 2_048), app.start)) if app is not None else "/"
        onward = onward if query(request, "app") else _MINE
        setattr(request.state, CONNECT_TARGETS, agents)
        is_auto = query(request, "auto") == "yes"
        values: dict[str, Any] = {
            "is_auto": is_auto,
            "agents": agents,
            "onward": onward,
            "app": app,
            "to": query(request, "to", 2_048),
            "by_certificate": _by_certificate(site, bindings.name_of(visit.session), query_id(request, "app"), request),
        }
        return site.page("devices/prove.html", visit, **values, here="/devices/prove")

    @router.get("/devices/prove/certificate")
    async def certified(request: Request, visit: Anybody) -> Response:
        session = visit.live_session
        _, app_id, to = await bindings.certified(session, query(request, "code"), visit.visitor.address)
        app = app_open_to(site, visit, app_id) if app_id else None
        onward = _onward(site, app, where_to(to, app.start)) if app is not None else "/" if app_id else _MINE
        response = RedirectResponse(onward, status_code=303)
        _tie(site, response, session)
        return response

    @router.post("/devices/challenge")
    async def challenge(visit: Anybody, _sent: SentJson) -> Response:
        given, name = await bindings.challenge(visit.live_session)
        return site.json_of(visit, {"challenge": given, "session": name})

    @router.post("/devices/prove")
    async def prove(visit: Anybody, sent: SentJson) -> Response:
        session = visit.live_session
        compact = text_of(sent, "proof").encode("ascii", "replace")
        try:
            bound = await bindings.prove(session, compact, visit.visitor.address)
        except RefusedError as refused:
            return site.json_of(visit, {"error": refused.error, "what": refused.what, "fix": refused.fix})
        visitor = visit.visitor
        seen.saw(session.person_id, visitor.browser, visitor.user_agent, bound.device.id)
        response = site.json_of(visit, {"device": bound.device.name, "until": bound.until})
        _tie(site, response, session)
        return response

    return router


def _tie(site: Site, response: Response, session: Session) -> None:
    """Tie the session to the browser that gets this response."""
    good_for = BY_BROWSER_KEY if session.tied_from else BY_AGENT
    tie = site.ports.doors.tied.ties.give(session.id, site.ports.clock.now(), good_for)
    set_cookie(response, TIE_COOKIE, tie, good_for // SECOND)


def _by_certificate(site: Site, name: str, app: str, request: Request) -> str:
    """Where a browser that has the device's certificate goes to show it; "" where none are issued."""
    domain = site.ports.settings.listen.certificate_domain
    if not domain:
        return ""
    asked = urlencode({"session": name, "app": app, "to": query(request, "to", 2_048)})
    return f"{app_origin(domain, site.ports.settings.public_url)}{PATH.decode()}?{asked}"


def _onward(site: Site, app: App, to: str) -> str:
    """From the proof to an app: by way of its host's own start, where its browser gets a new session with a new tie."""
    url = site.app_url(app, to)
    own = app_origin(app.host, site.ports.settings.public_url)
    return f"{own}/.limen/start?{urlencode({'to': to})}" if app.id != LIMEN and url == own + to else url
