"""SAML on the sign-in host: where apps send browsers for a sign-in, and the page that posts the answer back to them.

A form that another site sends comes without our cookies (SameSite=Lax). So a request by HTTP-POST is read, kept, and
gone on with at an address of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.admission import network_of
from limen.facts import LIMEN, App
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.identity_provider import IdentityProvider, Posted
from limen.sso.saml.requests import SignInRequest
from limen.web.middleware import FORM_TARGETS
from limen.web.page import Route
from limen.web.requests import MAX_FIELDS, UnreadableError, media_type_of, query
from limen.web.site import Site
from limen.web.sso.published import published
from limen.web.sso.words import ABOUT_THE_APP, NOT_UNDERSTOOD, OVER
from limen.web.visit import Anybody, Visit

METADATA: Final = "application/samlmetadata+xml"
PAGES: Final = (
    Route("GET", "/saml/metadata", undecided="what apps find before they ask", media_type=METADATA),
    Route("GET", "/saml/sign-in", undecided=ABOUT_THE_APP),
    Route("POST", "/saml/sign-in", undecided=ABOUT_THE_APP),
    Route("GET", "/saml/continue", undecided=ABOUT_THE_APP),
    Route("GET", "/saml/start", undecided=ABOUT_THE_APP),
)
_OF_OURS: Final = frozenset({"same-origin", "none"})
"""What a browser says of a visit that no other site began (Fetch Metadata, section 2.1)."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    provider = site.ports.offers.take(IdentityProvider)

    @router.get("/saml/metadata")
    async def metadata() -> Response:
        headers = {"cache-control": "public, max-age=300"}
        return published(site, lambda: Response(provider.metadata(), media_type=METADATA, headers=headers))

    @router.get("/saml/sign-in")
    async def by_redirect(request: Request, visit: Anybody) -> Response:
        try:
            asked = provider.asked(lambda: arrived_in_query(request))
        except WrongMessageError:
            return site.wrong(visit, 400, *NOT_UNDERSTOOD)
        return await _go_on(site, request, visit, asked)

    @router.post("/saml/sign-in")
    async def by_post(request: Request, visit: Anybody) -> Response:
        form = await form_of_another_site(request)
        try:
            asked = provider.asked(lambda: arrived_in_form(form))
        except WrongMessageError:
            return site.wrong(visit, 400, *NOT_UNDERSTOOD)
        return RedirectResponse(await _kept(provider, visit, asked), status_code=303)

    @router.get("/saml/continue")
    async def resume(request: Request, visit: Anybody) -> Response:
        asked = await provider.waiting.look(query(request, "request"))
        if asked is None:
            return site.wrong(visit, 400, *OVER)
        return await _go_on(site, request, visit, asked, kept=query(request, "request"))

    @router.get("/saml/start")
    async def start(request: Request, visit: Anybody) -> Response:
        asked = provider.begun_here(query(request, "app"))
        if asked is None:
            return site.wrong(visit, 400, *NOT_UNDERSTOOD)
        if not set(request.headers.getlist("sec-fetch-site")) <= _OF_OURS:
            provider.begun_elsewhere(asked)
            return site.go(
                visit, "/"
            )  # the app can't tell whether its person wanted this, so we do: they choose it here
        return await _go_on(site, request, visit, asked)

    return router


async def _go_on(site: Site, request: Request, visit: Visit, asked: SignInRequest, kept: str = "") -> Response:
    """What comes next for whoever is there. `kept` is the name of the request where it waits already."""
    provider = site.ports.offers.take(IdentityProvider)
    if visit.session is None or visit.person is None:
        if asked.is_passive:
            step = await provider.nobody(asked)
        else:
            return site.go(visit, "/sign-in", to=await _kept(provider, visit, asked, kept))
    else:
        step = await provider.answer(asked, visit.session, visit.person, visit.visitor.address)
    if step.posted is not None:
        await provider.waiting.take(kept)
        return posting(site, request, visit, asked.app, step.posted)
    if step.prove_again:
        to = await _kept(provider, visit, asked, kept)
        return site.go(visit, "/step-up", app=LIMEN, to=to, decision=step.decision)
    if step.unavailable:
        return site.unavailable(visit, step.unavailable)
    if step.refused:
        return site.go(visit, "/not-yet", decision=step.decision)
    return site.wrong(visit, 400, *OVER)


def posting(site: Site, request: Request, visit: Visit, app: App, posted: Posted) -> Response:
    """The page that posts an answer to an app: by itself, or by its button. Its policy lets it do that alone, and lets
    the app lead on to where people find it.
    """
    home = urlsplit(app.url)
    setattr(request.state, FORM_TARGETS, (posted.url, f"{home.scheme}://{home.netloc}"))
    return site.page(
        "sso/post.html",
        visit,
        app=app,
        url=posted.url,
        document=posted.written,
        relay_state=posted.relay_state,
        here="/",
    )


def arrived_in_query(request: Request) -> Arrived:
    """What came by HTTP-Redirect. Raises WrongMessageError."""
    from limen.sso.saml import bindings  # noqa: PLC0415 -- lxml and xmlsec, of which no start waits

    return bindings.from_query(request.url.query)


def arrived_in_form(form: Mapping[str, list[str]]) -> Arrived:
    """What came by HTTP-POST. Raises WrongMessageError."""
    from limen.sso.saml import bindings  # noqa: PLC0415 -- as above

    return bindings.from_form(form)


async def form_of_another_site(request: Request) -> dict[str, list[str]]:
    """A form that is not ours: nothing in it counts but what is signed or registered. Raises UnreadableError."""
    if media_type_of(request) != "application/x-www-form-urlencoded":
        raise UnreadableError
    try:
        return parse_qs((await request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UnreadableError from None


async def _kept(provider: IdentityProvider, visit: Visit, asked: SignInRequest, kept: str = "") -> str:
    """Where to come back to: the request waits there, under a name that nobody guesses."""
    name = kept or await provider.waiting.keep(asked, network_of(visit.visitor.address))
    return f"/saml/continue?{urlencode({'request': name})}"
