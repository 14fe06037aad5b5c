"""The pages put together: `app.py` gives the ports and takes one ASGI application for the sign-in host."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable, Iterator
from inspect import signature
from types import ModuleType
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from limen.errors import LimenError
from limen.facts import LIMEN
from limen.identity.errors import FreshProofNeededError, NotLiveError
from limen.identity.sources.scim.bounds import MOST_BYTES
from limen.messages import gettext_noop
from limen.policy.decision import Named
from limen.printable import is_printable
from limen.web import authzen, console, files, portal, roadmap, scim, ssf
from limen.web.middleware import App, Middleware, Receive, Scope, Send, TooLargeError
from limen.web.pages import TEMPLATES
from limen.web.ports import Ports
from limen.web.registry import Registry, discover, in_order, registered, routes_of
from limen.web.requests import NotOursError, OtherSiteError
from limen.web.sections import sections
from limen.web.site import ProofNeededError, Site, TurnedAwayError, status_of
from limen.web.visit import Visit, is_script

BESIDE: Final = (authzen, scim, ssf)
"""What programs ask, each an application of its own beside the pages."""
_NOT_HERE: Final = (gettext_noop("There is nothing here"), gettext_noop("go back, or start from your apps"))
_NOT_DONE: Final = (gettext_noop("This can't be done here"), gettext_noop("go back, or start from your apps"))
_BROKEN: Final = (gettext_noop("Something went wrong here"), gettext_noop("try again"))
_TOO_LARGE: Final = (
    gettext_noop("The request was too large"),
    gettext_noop("go back in your browser and shorten it: a form can hold 64 KB, and a field 16,000 characters"),
)
_log = logging.getLogger(__name__)


def build(ports: Ports, modules: Iterable[str | ModuleType] = ()) -> App:
    """All pages of the sign-in host over these ports.

    The page modules of `console/`, `portal/` and `roadmap/` are found by themselves. `modules` are those of other
    parts, or their dotted names: each declares `PAGES` and has `routes(site)`, as `page` says, and may name a folder of
    templates of its own in `TEMPLATES`. Raises PageError, with the module and the path, where anything does not fit.
    """
    found = page_modules(modules)
    site = Site(ports, registered([*found, *BESIDE], TEMPLATES))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    routes = in_order((one for module in found for one in routes_of(module, site)), site.registry)
    app.state.site = site
    straight = tuple(_by_programs(routes, site.registry))
    app.router.routes[:0] = straight
    for section in sections(routes):
        app.include_router(section, dependencies=[Depends(site.admit)])
    _add_ways_out(app, site)
    every = _beside(_straight(app, straight), ports)
    return Middleware(every, site.host, site.registry.larger_bodies, {scim.PREFIX: MOST_BYTES})


def page_modules(modules: Iterable[str | ModuleType] = ()) -> list[ModuleType]:
    """The page modules of the house, and these of other parts."""
    others = [importlib.import_module(one) if isinstance(one, str) else one for one in modules]
    return [files, *discover(console, portal, roadmap), *others]


def declared(modules: Iterable[str | ModuleType] = ()) -> Registry:
    """What is declared by all page modules, the API's routes among it. Raises PageError."""
    return registered([*page_modules(modules), *BESIDE], TEMPLATES)


def _by_programs(routes: Iterable[BaseRoute], registry: Registry) -> Iterator[Route]:
    """What programs ask all day, before everything else and straight to its function: where that takes the request
    alone, and nothing is decided before, there is nothing to look up or to hand in.
    """
    for route in routes:
        if not isinstance(route, APIRoute):
            continue
        methods = sorted(route.methods or ())
        declared = [registry.routes[method, route.path] for method in methods]
        is_undecided = all(one.by_programs and not one.permission for one in declared)
        if is_undecided and list(signature(route.endpoint).parameters) == ["request"]:
            straight = Route(route.path, route.endpoint, methods=methods)
            straight.methods = {*methods}  # without HEAD, which nobody declared
            yield straight


def _straight(app: FastAPI, routes: Iterable[Route]) -> App:
    """The pages, with these routes found by their address at once, and nothing around them but the ways out. All else,
    as a method that they don't take, is the pages' own.
    """
    at = {(method, route.path): route for route in routes for method in route.methods or ()}
    ways_out = dict(app.exception_handlers)
    broken = ways_out.pop(Exception, None)

    async def found(scope: Scope, receive: Receive, send: Send) -> None:
        route = at[scope["method"], scope["path"]]
        scope.update(app=app, route=route, endpoint=route.endpoint, path_params={})
        await route.app(scope, receive, send)

    around = ServerErrorMiddleware(ExceptionMiddleware(found, ways_out), broken)

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await (around if (scope.get("method"), scope["path"]) in at else app)(scope, receive, send)

    return asked


def _beside(pages: App, ports: Ports) -> App:
    """The pages, and what programs ask beside them, told apart by path."""
    beside = tuple((module.is_asked, module.build(ports)) for module in BESIDE)

    async def one_of(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        app = next((app for is_asked, app in beside if is_asked(path)), pages)
        await app(scope, receive, send)

    return one_of


def _add_ways_out(app: FastAPI, site: Site) -> None:
    """What is answered where a page is not opened, or something went wrong in it."""

    @app.exception_handler(TurnedAwayError)
    def turned_away(request: Request, error: TurnedAwayError) -> Response:
        onward = error.response.headers.get("location")
        if onward and is_script(request):
            return site.json_of(site.visit(request), {"location": onward})
        return error.response

    @app.exception_handler(ProofNeededError)
    @app.exception_handler(FreshProofNeededError)
    async def prove_again(request: Request, error: ProofNeededError | FreshProofNeededError) -> Response:
        back = error.back if isinstance(error, ProofNeededError) else ""
        return turned_away(request, TurnedAwayError(await site.to_prove(request, site.visit(request), back)))

    @app.exception_handler(LimenError)
    def wrong(request: Request, error: LimenError) -> Response:
        visit = site.visit(request, with_break_glass=True)
        if isinstance(error, NotOursError):
            _journal_forged(site, request, visit, error)
        if is_script(request):
            said = visit.localizer.told(error)
            return JSONResponse({"what": said.what, "fix": said.fix}, status_code=status_of(error))
        if isinstance(error, NotLiveError):
            return RedirectResponse("/sign-in", status_code=303)
        return site.failed(visit, error)

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        """A client that hangs up amid its form is nothing: no line in the log, no event; nobody reads the answer."""
        return Response(status_code=400)

    @app.exception_handler(TooLargeError)
    def too_large(request: Request, _error: Exception) -> Response:
        return site.wrong(site.visit(request, with_break_glass=True), 413, *_TOO_LARGE)

    @app.exception_handler(HTTPException)
    def not_here(request: Request, error: HTTPException) -> Response:
        said = _NOT_HERE if error.status_code == 404 else _NOT_DONE
        return site.wrong(site.visit(request, with_break_glass=True), error.status_code, *said)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        _log.error("a page failed: %s %s", request.method, request.scope["path"], exc_info=error)
        return site.wrong(site.visit(request, with_break_glass=True), 500, *_BROKEN)


def _journal_forged(site: Site, request: Request, visit: Visit, error: NotOursError) -> None:
    """Who would have another site's page send a form in somebody's name is found in the journal: from where, by whose
    browser, and to which page.
    """
    is_foreign, origin = isinstance(error, OtherSiteError), request.headers.get("origin", "")
    kind = "request.cross_site" if is_foreign and visit.session is not None else "request.refused"
    site.ports.doors.tell(
        kind,
        Named.CROSS_SITE if is_foreign else "form-not-ours",
        door="sign-in",
        address=visit.visitor.address,
        host=site.host.encode(),
        app=LIMEN,
        detail=f"{request.scope['route'].path} {origin if is_printable(origin) else ''}".strip(),
        session=visit.session,
    )
