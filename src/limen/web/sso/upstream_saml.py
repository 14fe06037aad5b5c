"""What SAML issuers need of the sign-in host beside what all do: where they post their answers, what they read of
Limen, and where they say that a session is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.pillar import SignOn
from limen.sso.saml.arrived import Arrived
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.journey import ReturnRefusedError
from limen.sso.upstream.saml_upstream import SamlUpstream, SignedOut
from limen.web.page import Route
from limen.web.site import Site
from limen.web.sso.saml import METADATA, arrived_in_query, form_of_another_site
from limen.web.sso.upstream import BY_ISSUERS, UNKNOWN_YET, Door
from limen.web.visit import Anybody

PAGES: Final = (
    Route("POST", "/sign-in/with/{issuer_id}/back", undecided=UNKNOWN_YET),
    Route(
        "GET",
        "/sign-in/with/{issuer_id}/metadata",
        undecided="what an issuer reads before it signs anybody in",
        media_type=METADATA,
    ),
    Route("GET", "/sign-in/with/{issuer_id}/signed-out", undecided=BY_ISSUERS),
    Route("POST", "/sign-in/with/{issuer_id}/signed-out", undecided=BY_ISSUERS),
)
_SOAP: Final = "text/xml"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door, sign_outs = Door(site, site.ports.offers.take(Upstreams)), _SignOuts(site)

    @router.post("/sign-in/with/{issuer_id}/back")
    async def posted(request: Request, issuer_id: str, visit: Anybody) -> Response:
        """The assertion consumer service."""
        saml = door.saml(issuer_id)
        return await door.posted(visit, saml.issuer, await form_of_another_site(request))

    @router.get("/sign-in/with/{issuer_id}/metadata")
    async def metadata(issuer_id: str) -> Response:
        return Response(await door.saml(issuer_id).metadata(), media_type=METADATA)

    @router.get("/sign-in/with/{issuer_id}/signed-out")
    async def by_browser(request: Request, issuer_id: str, visit: Anybody) -> Response:
        """The issuer says by this browser that a session is over; or answers that the one is that we asked to end."""
        saml = door.saml(issuer_id)
        if "SAMLResponse" in request.query_params:
            return site.go(visit, "/signed-out")
        try:
            said = await sign_outs.take(saml, lambda: arrived_in_query(request))
        except (ReturnRefusedError, IssuerError) as error:
            return site.wrong(visit, 400, error.what, error.fix)
        if not said.location:
            return site.go(visit, "/signed-out")
        return RedirectResponse(said.location, status_code=303, headers={"cache-control": "no-store"})

    @router.post("/sign-in/with/{issuer_id}/signed-out")
    async def by_soap(request: Request, issuer_id: str) -> Response:
        from limen.sso.upstream.saml_logout import from_soap  # noqa: PLC0415 -- lxml and xmlsec: no start waits

        saml, body = door.saml(issuer_id), await request.body()
        try:
            said = await sign_outs.take(saml, lambda: from_soap(body))
        except (ReturnRefusedError, IssuerError):
            return Response(status_code=400, headers={"cache-control": "no-store"})
        return Response(said.body, media_type=_SOAP, headers={"cache-control": "no-store"})

    return router


class _SignOuts:
    """What issuers say is over."""

    def __init__(self, site: Site) -> None:
        self._accounts = site.identity.issuer_accounts
        self._sign_on = site.ports.offers.take(SignOn)

    async def take(self, saml: SamlUpstream, arrive: Callable[[], Arrived]) -> SignedOut:
        """End here what rests on a session there that is over. Raises ReturnRefusedError, IssuerError."""
        try:
            said = await saml.signed_out(arrive)
        except (ReturnRefusedError, IssuerError) as error:
            self._sign_on.tell("sso.upstream_refused", error.word, saml.issuer.id)
            raise
        for there in said.sessions:
            await self._accounts.end(saml.issuer, there.subject, there.sid, said.at)
        return said
