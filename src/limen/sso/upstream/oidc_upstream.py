"""An OpenID Connect issuer: away by a code request, and back with a code that becomes an ID token.

Code flow with PKCE and `nonce` (OpenID Connect Core section 3.1, RFC 9700). `iss` is held against the issuer where it
comes (RFC 9207), so that no answer of one issuer is taken for another's.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from limen.clock import Clock
from limen.facts import Issuer
from limen.sso.seen_once import SeenOnce
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.issuer_client import LONGEST_CODE, IssuerClient
from limen.sso.upstream.journey import Answer, Journey, Leaving, Proved, ReturnRefusedError, SessionThere
from limen.sso.upstream.kept_documents import Health
from limen.sso.upstream.tokens import OLDEST, SKEW, TokenRefusedError
from limen.storage.kept_briefly import KeptBriefly

AT_ONCE: Final = 16
"""How many codes are redeemed at once: an issuer that is slow holds up no more of Limen than this."""
_SCOPE: Final = "openid email profile"
_PROMPTS: Final = {"https://accounts.google.com": "select_account"}
"""Whoever links an account, or proves anew, is asked there who they are: the browser may be signed in as somebody else,
and by somebody else. Google has no other word for it.
"""
_OF_A_NEW_ACCOUNT: Final = ("email", "email_verified", "name")
"""What many issuers tell at their userinfo endpoint alone; never how somebody proved who they are."""


class OidcUpstream:
    """One issuer by OpenID Connect. `origin` is the sign-in host's; `redeeming` is shared by all issuers."""

    def __init__(
        self, client: IssuerClient, origin: str, redeeming: asyncio.Semaphore, kept: KeptBriefly, clock: Clock
    ) -> None:
        self._client = client
        self._origin = origin
        self._redeeming = redeeming
        self._clock = clock
        self._seen = SeenOnce(kept, f"logout tokens of {client.issuer.id}")
        self._back = return_address(origin, client.issuer)

    @property
    def issuer(self) -> Issuer:
        return self._client.issuer

    @property
    def health(self) -> Health:
        return self._client.health

    @property
    def key_names(self) -> tuple[str, ...]:
        return self._client.key_names

    async def leave(self, journey: Journey) -> Leaving:
        metadata = await self._client.metadata()
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": self._back,
            "scope": _SCOPE,
            "nonce": nonce,
            "code_challenge": _base64(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **({"max_age": "0"} if journey.is_anew else {}),
            **({"prompt": _PROMPTS.get(self.issuer.url, "login")} if journey.asks_who_it_is else {}),
            **({"login_hint": journey.hint} if journey.hint else {}),
        }
        return Leaving(
            kept={"verifier": verifier, "nonce": nonce},
            url=lambda state: _with(metadata.authorization_endpoint, {**asked, "state": state}),
        )

    async def arrived(self, answer: Answer) -> Proved:
        said = answer.said
        await self._check_iss(said)
        if "error" in said:
            raise ReturnRefusedError("declined-there", was_declined=True)
        code = said.get("code", "")
        if not code or len(code) > LONGEST_CODE or not code.isascii() or not code.isprintable():
            raise ReturnRefusedError("code-missing")
        answer.admit()
        return _proved(await self._redeemed(code, answer.kept))

    async def sign_out_url(self, there: SessionThere) -> str:  # noqa: ARG002 -- its own cookie tells it who it is
        """RP-Initiated Logout 1.0."""
        url = (await self._client.metadata()).end_session_endpoint
        back = {"client_id": self.issuer.client_id, "post_logout_redirect_uri": f"{self._origin}/signed-out"}
        return _with(url, back) if url else ""

    async def signed_out(self, token: str) -> dict[str, Any]:
        """The claims of a logout token, which counts once. Raises TokenRefusedError, IssuerError."""
        claims = await self._client.logout_token(token)
        now = self._clock.now()
        until = now + OLDEST + 2 * SKEW  # whatever end it names: an older one is refused as too old
        if not await self._seen.is_first(str(claims["jti"]), until):
            raise TokenRefusedError("replayed")
        return claims

    async def close(self) -> None:
        await self._client.close()

    # Inside

    async def _check_iss(self, said: Mapping[str, str]) -> None:
        """RFC 9207 section 2.4: where an issuer says who it is in its answers, it must."""
        is_needed = (await self._client.metadata()).says_iss
        if said.get("iss", "" if is_needed else self.issuer.url) != self.issuer.url:
            raise ReturnRefusedError("iss-wrong")

    async def _redeemed(self, code: str, kept: Mapping[str, str]) -> dict[str, Any]:
        if self._redeeming.locked():
            raise IssuerError("slow")
        async with self._redeeming:
            answer = await self._client.redeem(code, kept["verifier"], self._back)
            token, access = answer.get("id_token"), answer.get("access_token", "")
            if not isinstance(token, str) or not isinstance(access, str):
                raise ReturnRefusedError("id-token-missing")
            try:
                claims = await self._client.id_token(token, tokens.Expected(kept["nonce"], access))
            except TokenRefusedError as error:
                raise ReturnRefusedError(f"id-token-{error.word}") from None
            if self.issuer.creates_accounts and access and "email" not in claims:
                told = await self._client.userinfo(access, str(claims["sub"]))
                claims |= {name: told[name] for name in _OF_A_NEW_ACCOUNT if name in told}
            return claims


def return_address(origin: str, issuer: Issuer) -> str:
    """Where this issuer's answers come: its own, so that no other's answer comes there."""
    return f"{origin}/sign-in/with/{issuer.id}/back"


def _proved(claims: Mapping[str, Any]) -> Proved:
    amr, acr, sid, name = (claims.get(one) for one in ("amr", "acr", "sid", "name"))
    return Proved(
        subject=str(claims["sub"]),
        methods=[one for one in amr if isinstance(one, str)] if isinstance(amr, list) else [],
        context=acr if isinstance(acr, str) else "",
        at=tokens.instant(claims, "auth_time"),
        issued_at=tokens.instant(claims, "iat"),
        sid=sid if isinstance(sid, str) else "",
        email=_verified_email(claims),
        name=name if isinstance(name, str) else "",
        claims={one: (value,) for one, value in claims.items() if isinstance(value, str)},
    )


def _verified_email(claims: Mapping[str, Any]) -> str:
    """The address, if the issuer says that it was verified (Entra ID: `xms_edov`)."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True or claims.get("xms_edov") is True
    if not isinstance(email, str) or not is_verified or claims.get("email_verified") is False:
        return ""
    return email


def _with(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
