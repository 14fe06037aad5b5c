"""Signing in at an upstream issuer: away with a single-use state, back with a code, and what is then vouched for.

Code flow with PKCE, `state` and `nonce` (OpenID Connect Core section 3.1, RFC 9700). Each issuer has a return address
of its own, and `iss` is held against it where it comes (RFC 9207): no answer of one issuer is taken for another's.
Who is meant by what comes back is for identity to say.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from limen.admission import network_of
from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import MINUTE, SECOND, Clock, Instant, Milliseconds
from limen.facts import Issuer, Vouched
from limen.rate_limit import RateLimit
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.issuer_client import LONGEST_CODE, Health, IssuerClient
from limen.sso.upstream.journey import Intent, Journey, Returned, ReturnRefusedError
from limen.sso.upstream.tokens import SKEW, TokenRefusedError

STATE_SECONDS: Final = 15 * MINUTE // SECOND
AT_ONCE: Final = 16
"""How many codes are redeemed at once: an issuer that is slow holds up no more of Limen than this."""
_PURPOSE: Final = "upstream sign-in"
_SCOPE: Final = "openid email profile"
_LONGEST_TO: Final = 1_800
"""In bytes; whoever wanted to go to a longer address begins at the start."""
_LONGEST_TOKEN: Final = 100
_PROMPTS: Final = {"https://accounts.google.com": "select_account"}
"""Whoever links an account, or proves anew, is asked there who they are: the browser may be signed in as somebody else,
and by somebody else. Google has no other word for it.
"""
_OF_A_NEW_ACCOUNT: Final = ("email", "email_verified", "name")
"""What many issuers tell at their userinfo endpoint alone; never how somebody proved who they are."""


@dataclass(slots=True)
class Upstreams:
    """The issuers in force, and the journeys to them. `make_client` makes what calls one of them.

    `origin` is the sign-in host's. Used on the event loop alone.
    """

    known: Callable[[], Mapping[str, Issuer]]
    states: BrowserStates
    clock: Clock
    origin: str
    make_client: Callable[[Issuer], IssuerClient]
    _clients: dict[str, IssuerClient] = field(default_factory=dict)
    _redeeming: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _leaving: RateLimit = field(default_factory=lambda: RateLimit(per_second=1, at_once=100))
    _pace: RateLimit = field(default_factory=lambda: RateLimit(per_second=0.5, at_once=20))
    _heard: dict[bytes, Instant] = field(default_factory=dict)

    # Which there are

    def all(self) -> list[Issuer]:
        """Every issuer in force, as the company lists them."""
        return list(self.known().values())

    def issuer(self, issuer_id: str) -> Issuer | None:
        return self.known().get(issuer_id)

    def for_address(self, email: str) -> Issuer | None:
        """The issuer of this address's domain: by the domain alone, so it tells nothing of who has an account."""
        domain = email.rpartition("@")[2].strip().lower()
        return next((one for one in self.all() if domain in one.domains), None)

    def health(self, issuer: Issuer) -> tuple[Health, tuple[str, ...]]:
        """How it does, and the names of its keys."""
        client = self._client(issuer)
        return client.health, client.key_names

    # Away and back

    async def away(self, issuer: Issuer, browser: bytes, journey: Journey, address: str) -> str:
        """Where to send this browser, which is at `address`. Raises IssuerError, ReturnRefusedError."""
        if not self._leaving.admits(network_of(address), self.clock.now()):
            raise ReturnRefusedError("too-fast")
        metadata = await self._client(issuer).metadata()
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
        data = {
            "issuer": issuer.url,
            "client": issuer.client_id,
            "verifier": verifier,
            "nonce": nonce,
            "intent": str(journey.intent),
            "to": journey.to if len(journey.to.encode()) <= _LONGEST_TO else "/",
            "session": journey.session,
            "token": journey.token[:_LONGEST_TOKEN],
            "anew_since": str(self.clock.now()) if journey.is_anew else "",
        }
        asked = {
            "response_type": "code",
            "client_id": issuer.client_id,
            "redirect_uri": self._return_address(issuer),
            "scope": _SCOPE,
            "state": self.states.issue(_PURPOSE, browser, data, STATE_SECONDS),
            "nonce": nonce,
            "code_challenge": _base64(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **({"max_age": "0"} if journey.is_anew else {}),
            **({"prompt": _PROMPTS.get(issuer.url, "login")} if journey.asks_who_it_is else {}),
            **({"login_hint": journey.hint} if journey.hint else {}),
        }
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joint}{urlencode(asked)}"

    async def back(self, issuer: Issuer, browser: bytes, said: Mapping[str, str], address: str) -> Returned:
        """What the issuer vouches for, by the parameters of its answer. The state is spent, whatever comes of it.

        Raises ReturnRefusedError, IssuerError.
        """
        try:
            began = self.states.take(_PURPOSE, browser, said.get("state", "").encode("utf-8", "replace"))
        except StateRefusedError as error:
            raise ReturnRefusedError(f"state-{error.word}") from None
        if (began["issuer"], began["client"]) != (issuer.url, issuer.client_id):
            raise ReturnRefusedError("of-another-issuer")
        await self._check_iss(issuer, said)
        if "error" in said:
            raise ReturnRefusedError("declined-there", was_declined=True)
        code = said.get("code", "")
        if not code or len(code) > LONGEST_CODE or not code.isascii() or not code.isprintable():
            raise ReturnRefusedError("code-missing")
        if not self._pace.admits(network_of(address), self.clock.now()):
            raise ReturnRefusedError("too-fast")
        claims = await self._redeemed(issuer, code, began)
        journey = Journey(
            intent=Intent(began["intent"]),
            to=began["to"],
            session=began["session"],
            is_anew=bool(began["anew_since"]),
            token=began["token"],
        )
        return Returned(self._vouched(issuer, claims, began["anew_since"]), journey)

    async def _check_iss(self, issuer: Issuer, said: Mapping[str, str]) -> None:
        """RFC 9207 section 2.4: where an issuer says who it is in its answers, it must."""
        is_needed = (await self._client(issuer).metadata()).says_iss
        if said.get("iss", "" if is_needed else issuer.url) != issuer.url:
            raise ReturnRefusedError("iss-wrong")

    async def _redeemed(self, issuer: Issuer, code: str, began: Mapping[str, str]) -> dict[str, Any]:
        client = self._client(issuer)
        if self._redeeming.locked():
            raise IssuerError("slow")
        async with self._redeeming:
            answer = await client.redeem(code, began["verifier"], self._return_address(issuer))
            token, access = answer.get("id_token"), answer.get("access_token", "")
            if not isinstance(token, str) or not isinstance(access, str):
                raise ReturnRefusedError("id-token-missing")
            try:
                claims = await client.id_token(token, tokens.Expected(began["nonce"], access))
            except TokenRefusedError as error:
                raise ReturnRefusedError(f"id-token-{error.word}") from None
            if issuer.creates_accounts and access and "email" not in claims:
                told = await client.userinfo(access, str(claims["sub"]))
                claims |= {name: told[name] for name in _OF_A_NEW_ACCOUNT if name in told}
            return claims

    def _vouched(self, issuer: Issuer, claims: Mapping[str, Any], anew_since: str) -> Vouched:
        """What the claims of a token that holds amount to. Raises ReturnRefusedError."""
        if any(claims.get(name) != value for name, value in issuer.required):
            raise ReturnRefusedError("required-claim-missing")
        at = min(tokens.instant(claims, "auth_time"), self.clock.now())
        if anew_since and at < int(anew_since) - SKEW:
            raise ReturnRefusedError("not-proved-anew")
        amr, acr, sid, name = (claims.get(one) for one in ("amr", "acr", "sid", "name"))
        methods = [one for one in amr if isinstance(one, str)] if isinstance(amr, list) else []
        return Vouched(
            issuer=issuer,
            subject=str(claims["sub"]),
            strength=issuer.strength(methods, acr if isinstance(acr, str) else ""),
            at=at,
            sid=sid if isinstance(sid, str) and len(sid) <= 255 else "",
            email=_verified_email(issuer, claims),
            name=name if isinstance(name, str) else "",
        )

    # Signing out

    async def sign_out_url(self, issuer: Issuer) -> str:
        """Where to go to sign out there, too (RP-Initiated Logout 1.0); "" where it has no such place, or is down."""
        try:
            there = (await self._client(issuer).metadata()).end_session_endpoint
        except IssuerError:
            return ""
        back = {"client_id": issuer.client_id, "post_logout_redirect_uri": f"{self.origin}/signed-out"}
        return f"{there}{'&' if '?' in there else '?'}{urlencode(back)}" if there else ""

    async def signed_out(self, token: str) -> tuple[Issuer, dict[str, Any]]:
        """Who says by this logout token that a session of theirs is over, and its claims: once for each token.

        Raises TokenRefusedError, IssuerError.
        """
        said = tokens.issuer_in(token)
        issuer = next((one for one in self.all() if one.url == said), None)
        if issuer is None:
            raise TokenRefusedError("issuer-wrong")
        claims = await self._client(issuer).logout_token(token)
        now = self.clock.now()
        self._heard = {name: until for name, until in self._heard.items() if until > now}
        name = sha256(f"{issuer.url}\0{claims['jti']}".encode()).digest()
        if name in self._heard:
            raise TokenRefusedError("replayed")
        self._heard[name] = now + _LOGOUT_LIVES
        return issuer, claims

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    # Inside

    def _client(self, issuer: Issuer) -> IssuerClient:
        """What calls this issuer as it is in force; for one that changed a new one, which knows nothing of before."""
        client = self._clients.get(issuer.id)
        if client is None or client.issuer != issuer:
            if client is not None:
                _closing(client.close())
            client = self._clients[issuer.id] = self.make_client(issuer)
        return client

    def _return_address(self, issuer: Issuer) -> str:
        return return_address(self.origin, issuer)


_LOGOUT_LIVES: Final[Milliseconds] = tokens.OLDEST + 2 * SKEW
"""How long a logout token can count, whatever end it names: one issued earlier is refused as too old."""
_closings: set[asyncio.Task[None]] = set()


def return_address(origin: str, issuer: Issuer) -> str:
    """The redirect URI that is registered at this issuer: its own, so that no other's answer comes there."""
    return f"{origin}/sign-in/with/{issuer.id}/back"


def _verified_email(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """The address, if the issuer says that it was verified (Entra ID: `xms_edov`) and it is of one of its domains."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True or claims.get("xms_edov") is True
    if not isinstance(email, str) or not is_verified or claims.get("email_verified") is False:
        return ""
    return email if email.rpartition("@")[2].lower() in issuer.domains and email.count("@") == 1 else ""


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _closing(close: Awaitable[None]) -> None:
    task = asyncio.ensure_future(close)
    _closings.add(task)
    task.add_done_callback(_closings.discard)
