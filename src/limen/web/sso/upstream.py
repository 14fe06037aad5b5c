"""Signing in with what is there: away to an upstream issuer, and back with its word. A page says what went wrong.

Nobody is sent there by itself, so nothing loops, and the ways in that are Limen's own stand beside it always.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from limen.clock import SECOND
from limen.errors import LimenError
from limen.facts import LIMEN, Issuer
from limen.identity.errors import (
    FreshProofNeededError,
    IssuerAccountTakenError,
    NotLiveError,
    NotPermittedError,
    UndecidedError,
)
from limen.identity.model import SignedIn
from limen.pillar import SignOn
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.issuer_client import LONGEST_CODE
from limen.sso.upstream.journey import Intent, Journey, Returned, ReturnRefusedError
from limen.sso.upstream.saml_upstream import SamlUpstream
from limen.sso.upstream.tokens import LONGEST, TokenRefusedError, instant
from limen.web.page import Route
from limen.web.portal.sign_in import sign_in_page
from limen.web.requests import MAX_FIELDS, UnreadableError, media_type_of, one, query, where_to
from limen.web.site import Site
from limen.web.visit import Anybody, Sent, Visit

UNKNOWN_YET: Final = "who comes here is not known yet; signing in itself is decided by the action sign_in"
BY_ISSUERS: Final = "issuers tell here, and prove it; it only ever ends access"
PAGES: Final = (
    Route("POST", "/sign-in/address", undecided=UNKNOWN_YET),
    Route("GET", "/sign-in/with/{issuer_id}", undecided=UNKNOWN_YET),
    Route("GET", "/sign-in/with/{issuer_id}/back", undecided=UNKNOWN_YET),
    Route("POST", "/step-up/with/{issuer_id}", undecided="the way on that a challenge names"),
    Route("POST", "/enrol/with/{issuer_id}", undecided="opened by a one-time link"),
    Route("POST", "/sign-in/signed-out-elsewhere", undecided=BY_ISSUERS, by_programs=True),
)
_SAID: Final = {"state": 100, "code": LONGEST_CODE, "iss": 500, "error": 100, "response": 100}
"""What an issuer's answer may say, and how long each may be."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    upstreams = site.ports.offers.take(Upstreams)
    door = Door(site, upstreams)

    @router.get("/sign-in/with/{issuer_id}")
    async def away(request: Request, issuer_id: str, visit: Anybody) -> Response:
        to = where_to(query(request, "to", 2_048))
        return await door.away(visit, door.issuer(issuer_id), Journey(to=to))

    @router.post("/sign-in/address")
    async def by_address(visit: Anybody, sent: Sent) -> Response:
        """Home-realm discovery: by the domain alone, and the same for whoever has an account and whoever has none."""
        email, to = one(sent, "email")[:254], where_to(one(sent, "to"))
        issuer = upstreams.for_address(email)
        if issuer is None:
            return sign_in_page(site, visit, to, email)
        return await door.away(visit, issuer, Journey(to=to, hint=email), by_form=True)

    @router.get("/sign-in/with/{issuer_id}/back")
    async def back(request: Request, issuer_id: str, visit: Anybody) -> Response:
        said = {name: query(request, name, most) for name, most in _SAID.items() if name in request.query_params}
        return await door.back(visit, door.issuer(issuer_id), said)

    @router.post("/step-up/with/{issuer_id}")
    async def step_up(issuer_id: str, visit: Anybody, sent: Sent) -> Response:
        onward = urlencode({"app": one(sent, "app"), "to": one(sent, "to")})
        journey = Journey(Intent.STEP_UP, f"/onward?{onward}", visit.live_session.id, is_anew=True)
        return await door.away(visit, door.issuer(issuer_id), journey, by_form=True)

    @router.post("/enrol/with/{issuer_id}")
    async def enrol(issuer_id: str, visit: Anybody, sent: Sent) -> Response:
        """The link's secret stays here while they are away."""
        token = one(sent, "token")
        await site.identity.links.open(token, visit.visitor)
        return await door.away(visit, door.issuer(issuer_id), Journey(Intent.ENROL, token=token), by_form=True)

    @router.post("/sign-in/signed-out-elsewhere")
    async def signed_out_elsewhere(request: Request) -> Response:
        return await door.signed_out_elsewhere(await _logout_token(request))

    return router


class Door:
    """What the pages about issuers share."""

    def __init__(self, site: Site, upstreams: Upstreams) -> None:
        self._site = site
        self._upstreams = upstreams
        self._sign_in = site.identity.issuer_sign_in
        self._accounts = site.identity.issuer_accounts
        self._sign_on = site.ports.offers.take(SignOn)

    def issuer(self, issuer_id: str) -> Issuer:
        """Raises HTTPException 404."""
        issuer = self._upstreams.issuer(issuer_id)
        if issuer is None:
            raise HTTPException(404)
        return issuer

    def saml(self, issuer_id: str) -> SamlUpstream:
        """What speaks to this issuer by SAML. Raises HTTPException 404."""
        saml = self._upstreams.saml(self.issuer(issuer_id))
        if saml is None:
            raise HTTPException(404)
        return saml

    async def away(self, visit: Visit, issuer: Issuer, journey: Journey, *, by_form: bool = False) -> Response:
        """On to the issuer. A form's POST leaves by way of a page of ours, which `form-action 'self'` lets pass."""
        try:
            url = await self._upstreams.away(issuer, visit.visitor.browser_hash, journey, visit.visitor.address)
        except IssuerError as error:
            return self._failed(visit, issuer, error, error.word, journey)
        except ReturnRefusedError as error:
            self._sign_on.tell("sso.upstream_refused", error.word, issuer.id)
            return self._failed(visit, issuer, error, "", journey, status=429)
        if by_form:
            return self._site.page("sso/to_issuer.html", visit, issuer=issuer, url=url, here="/")
        headers = {"cache-control": "no-store"}
        return self._site.remember(RedirectResponse(url, status_code=303, headers=headers), visit)

    async def posted(self, visit: Visit, issuer: Issuer, form: dict[str, list[str]]) -> Response:
        """On to where this browser's own cookies come along, if what it posted holds."""
        try:
            said = await self._upstreams.posted(issuer, form, visit.visitor.address)
        except ReturnRefusedError as error:
            return self.refused(visit, issuer, error, Journey())
        except IssuerError as error:
            return self._failed(visit, issuer, error, error.word, Journey())
        to = f"/sign-in/with/{issuer.id}/back?{urlencode(said)}"
        return RedirectResponse(to, status_code=303, headers={"cache-control": "no-store"})

    async def back(self, visit: Visit, issuer: Issuer, said: dict[str, str]) -> Response:
        """Do what somebody was sent away for, if what they come back with holds."""
        journey = Journey()
        try:
            returned = await self._upstreams.back(issuer, visit.visitor.browser_hash, said, visit.visitor.address)
            journey = returned.journey
            return await self._done(visit, returned)
        except ReturnRefusedError as error:
            return self.refused(visit, issuer, error, journey)
        except IssuerError as error:
            return self._failed(visit, issuer, error, error.word, journey)
        except FreshProofNeededError:
            return self._site.go(visit, "/step-up", app=LIMEN, to="/passkeys")
        except NotPermittedError:
            return self._failed(visit, issuer, _NOT_PERMITTED, "", journey, status=403)
        except LimenError as error:
            if isinstance(error, NotLiveError | UndecidedError):
                raise
            return self._failed(visit, issuer, error, "", journey, status=403)

    def refused(self, visit: Visit, issuer: Issuer, error: ReturnRefusedError, journey: Journey) -> Response:
        """The page for what counts for nothing; journaled, unless the issuer itself said no."""
        if not error.was_declined:
            self._sign_on.tell("sso.upstream_refused", error.word, issuer.id)
        return self._failed(visit, issuer, error, "", journey, declined=error.was_declined)

    async def _done(self, visit: Visit, returned: Returned) -> Response:
        journey, vouched = returned.journey, returned.vouched
        if journey.intent is Intent.SIGN_IN:
            return await self._in(visit, await self._sign_in.sign_in(visit.visitor, vouched), journey.to)
        if journey.intent is Intent.ENROL:
            return await self._in(
                visit, await self._site.identity.enrolment.with_issuer(journey.token, visit.visitor, vouched), "/"
            )
        if visit.live_session.id != journey.session:
            raise NotLiveError
        if journey.intent is Intent.STEP_UP:
            done = await self._sign_in.step_up(visit.live_session, visit.visitor, vouched)
            return await self._in(visit, done, journey.to)
        await self._accounts.link(visit.live_session, vouched)
        return self._site.go(visit, "/passkeys", done="linked")

    async def _in(self, visit: Visit, done: SignedIn, to: str) -> Response:
        return await self._site.signed_in(visit, done, to, by_script=False)

    def _failed(
        self,
        visit: Visit,
        issuer: Issuer,
        wrong: LimenError,
        word: str,
        journey: Journey,
        *,
        status: int = 400,
        declined: bool = False,
    ) -> Response:
        """What went wrong in one sentence, and what to do. `word` is how an issuer failed, for the journal."""
        if word:
            self._sign_on.tell("sso.upstream_failed", word, issuer.id)
            status = 502
        return self._site.page(
            "sso/issuer_failed.html",
            visit,
            status,
            issuer=issuer,
            said=visit.localizer.told(wrong),
            to=journey.to,
            is_down=bool(word),
            was_declined=declined,
            is_taken=isinstance(wrong, IssuerAccountTakenError),
            is_sign_in=journey.intent is Intent.SIGN_IN,
            here="/",
        )

    async def signed_out_elsewhere(self, token: str) -> Response:
        """Back-Channel Logout 1.0 section 2.8: 200 when what it names is over here, else 400."""
        try:
            issuer, claims = await self._upstreams.signed_out(token[: LONGEST + 1])
        except (TokenRefusedError, IssuerError) as error:
            self._sign_on.tell("sso.upstream_refused", f"logout-{error.word}", "")
            return _answered(400, {"error": "invalid_request"})
        subject, sid = (one if isinstance(one, str) else "" for one in (claims.get("sub"), claims.get("sid")))
        await self._accounts.end(issuer, subject, sid, instant(claims, "iat") or SECOND)
        return _answered(200, {})


_NOT_PERMITTED: Final = LimenError("You aren't allowed to sign in this way", "use a passkey, or ask your administrator")


async def _logout_token(request: Request) -> str:
    """The one that was posted; "" where there is none, or several. Raises UnreadableError for anything but a form."""
    if media_type_of(request) != "application/x-www-form-urlencoded":
        raise UnreadableError
    try:
        return one(parse_qs((await request.body()).decode("ascii"), max_num_fields=MAX_FIELDS), "logout_token")
    except ValueError:
        raise UnreadableError from None


def _answered(status: int, body: dict[str, str]) -> Response:
    return JSONResponse(body, status_code=status, headers={"cache-control": "no-store"})
