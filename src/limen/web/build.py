"""The rooms put together: `app.py` gives the ports and takes one ASGI application for the sign-in host."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.errors import LimenError
from limen.identity.errors import FreshProofNeededError, NotLiveError
from limen.messages import gettext_noop
from limen.web import authzen
from limen.web.assets import PREFIX
from limen.web.console import (
    add_app,
    apps as console_apps,
    asked,
    backups,
    changes,
    decision,
    decisions,
    doctor,
    erasing,
    find,
    live,
    mails,
    onboarding,
    overview,
    people,
    people_import,
    person,
    policies,
    privacy,
    revision,
    revisions,
    rules,
    settings as console_settings,
    timeline,
    tokens as console_tokens,
    watched,
    what_if,
    workloads,
)
from limen.web.portal import (
    access,
    account,
    apps,
    break_glass,
    enrolment,
    language,
    not_yet,
    opening,
    passkeys,
    records,
    recovery,
    sessions,
    sign_in,
    step_up,
    tokens,
    withheld,
)
from limen.web.ports import Ports
from limen.web.shell import App, Receive, Scope, Send, Shell, TooLargeError
from limen.web.site import Site, TurnedAwayError, fresh_proof_path

_ROOMS: Final = (
    (
        language,
        sign_in,
        enrolment,
        break_glass,
        step_up,
        opening,
        apps,
        passkeys,
        sessions,
        tokens,
        records,
        account,
        recovery,
        access,
        not_yet,
        withheld,
    ),
    (
        overview,
        live,
        decision,
        decisions,
        doctor,
        backups,
        find,
        people_import,
        mails,
        people,
        erasing,
        person,
        timeline,
        console_apps,
        console_tokens,
        policies,
        privacy,
        revision,
        console_settings,
        watched,
        what_if,
        workloads,
    ),
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_HERE: Final = (gettext_noop("There is nothing here"), gettext_noop("go back, or start again"))
_NOT_DONE: Final = (gettext_noop("This can't be done here"), gettext_noop("go back, or start again"))
_BROKEN: Final = (gettext_noop("Something went wrong here"), gettext_noop("try again"))
_TOO_LARGE: Final = (
    gettext_noop("That was too much at once"),
    gettext_noop(
        "go back with your browser, and make it shorter: a form here takes 64 KB, a field of it 16,000 letters"
    ),
)
_log = logging.getLogger(__name__)


def build(ports: Ports) -> App:
    """All rooms of the sign-in host over these ports."""
    site = Site(ports)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for group in _ROOMS:
        for room in group:
            app.include_router(room.rooms(site))
    begun = changes.Changes(site)
    for changing in (changes, rules, revisions, onboarding, asked, add_app):
        app.include_router(changing.rooms(site, begun))
    _add_files(app, site)
    _add_ways_out(app, site)
    return Shell(_beside(app, authzen.build(ports)), site.host)


def _beside(pages: App, api: App) -> App:
    """The pages, and what programs ask, told apart by path."""

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (api if authzen.is_asked(scope["path"]) else pages)(scope, receive, send)

    return both


def _add_files(app: FastAPI, site: Site) -> None:
    @app.get("/static/{address:path}")
    def file(request: Request, address: str) -> Response:
        asset = site.pages.assets.at(PREFIX + address)
        if asset is None:
            raise HTTPException(404)
        fields = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
        if not takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(asset.body, media_type=asset.media_type, headers=fields)
        return Response(asset.packed, media_type=asset.media_type, headers={**fields, "content-encoding": "gzip"})

    mark = site.pages.assets.named("mark.svg")

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(mark.body, media_type="image/svg+xml")


def takes_gzip(accepted: str) -> bool:
    """Whether a browser that says this in Accept-Encoding (RFC 9110 section 12.5.3) reads gzip: by name, not by `*`."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def _add_ways_out(app: FastAPI, site: Site) -> None:
    """What is answered where a room can't be entered, or something went wrong in it."""

    @app.exception_handler(TurnedAwayError)
    def turned_away(_request: Request, error: TurnedAwayError) -> Response:
        return error.response

    @app.exception_handler(FreshProofNeededError)
    def prove_again(request: Request, _error: FreshProofNeededError) -> Response:
        return RedirectResponse(fresh_proof_path(request), status_code=303)

    @app.exception_handler(NotLiveError)
    def sign_in_again(_request: Request, _error: NotLiveError) -> Response:
        return RedirectResponse("/sign-in", status_code=303)

    @app.exception_handler(LimenError)
    def wrong(request: Request, error: LimenError) -> Response:
        return site.failed(site.visit(request, with_glass=True), error)

    @app.exception_handler(TooLargeError)
    def too_large(request: Request, _error: Exception) -> Response:
        return site.wrong(site.visit(request, with_glass=True), 413, *_TOO_LARGE)

    @app.exception_handler(HTTPException)
    def not_here(request: Request, error: HTTPException) -> Response:
        said = _NOT_HERE if error.status_code == 404 else _NOT_DONE
        return site.wrong(site.visit(request, with_glass=True), error.status_code, *said)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        _log.error("a room failed: %s %s", request.method, request.scope["path"], exc_info=error)
        return site.wrong(site.visit(request, with_glass=True), 500, *_BROKEN)
