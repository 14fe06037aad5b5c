"""An app that signs people in by OpenID Connect: code with PKCE, ID token, userinfo, back-channel logout.

Of Limen it knows the address, its own client secret, and what the standards say. It runs in the demo, on loopback.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from limen.clock import SECOND
from limen.demo.app_sessions import AppSession, AppSessions, NotBelievedError, form_in, refused, written
from limen.demo.browser import Browser
from limen.facts import App
from limen.opaque import new_token

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

BACK, SIGNED_OUT = "back", "backchannel-logout"
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_SHOWN: Final = ("sub", "name", "email", "groups", "acr", "amr")


class OidcApp:
    """The app. `calls` is what it asks Limen with, by itself."""

    def __init__(self, app: App, issuer: str, secret: str, calls: Browser, sessions: AppSessions) -> None:
        self._app = app
        self._issuer = issuer
        self._secret = secret
        self._calls = calls
        self._sessions = sessions
        self.asgi = Starlette(
            routes=[
                Route("/", sessions.home),
                Route("/login", self._login),
                Route(f"/{BACK}", self._back),
                Route(f"/{SIGNED_OUT}", self._signed_out, methods=["POST"]),
            ]
        )

    async def _login(self, _request: Request) -> Response:
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 -- heavy, and only here

        found = await self._found()
        state, nonce, verifier = new_token(), new_token(), new_token()
        asked = {
            "response_type": "code",
            "client_id": self._app.id,
            "redirect_uri": f"{self._app.url}{BACK}",
            "scope": "openid profile email groups",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return self._sessions.begin(f"{found['authorization_endpoint']}?{urlencode(asked)}", state, nonce, verifier)

    async def _back(self, request: Request) -> Response:
        """The browser is back with a code (OpenID Connect Core section 3.1.2.5)."""
        told, kept = request.query_params, self._sessions.begun(request)
        if not kept or not compare_digest(told.get("state", "").encode(), kept[0].encode()):
            return refused("this browser began no such sign-in")
        if told.get("iss") != self._issuer or "code" not in told:
            return refused(told.get("error", "it is not from Limen"))
        _, nonce, verifier = kept
        try:
            tokens = await self._redeemed(told["code"], verifier)
            claims = await self._claims(str(tokens.get("id_token", "")), nonce={"essential": True, "value": nonce})
        except NotBelievedError as wrong:
            return refused(str(wrong))
        return self._sessions.open(
            AppSession(
                id=str(claims.get("sid", "")),
                email=str(claims.get("email", "")),
                name=str(claims.get("name", claims["sub"])),
                told=written((name, claims[name]) for name in _SHOWN if name in claims),
                at=self._sessions.now(),
            )
        )

    async def _signed_out(self, request: Request) -> Response:
        """Limen says that a sign-in is over (Back-Channel Logout 1.0 section 2.5)."""
        try:
            claims = await self._claims((await form_in(request)).get("logout_token", ""))
        except NotBelievedError as wrong:
            return PlainTextResponse(f"{wrong}\n", status_code=400)
        if LOGOUT_EVENT not in dict(claims.get("events", {})) or "nonce" in claims:
            return PlainTextResponse("it is no logout token\n", status_code=400)
        self._sessions.end(str(claims.get("sid", "")))
        return PlainTextResponse("")

    # What it asks Limen

    async def _found(self) -> Mapping[str, Any]:
        """What Limen publishes of itself (OpenID Connect Discovery 1.0)."""
        found: Mapping[str, Any] = await self._get(f"{self._issuer}/.well-known/openid-configuration")
        return found

    async def _redeemed(self, code: str, verifier: str) -> Mapping[str, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self._app.url}{BACK}",
            "code_verifier": verifier,
        }
        proved = b64encode(f"{self._app.id}:{self._secret}".encode()).decode()
        place, fields = (await self._found())["token_endpoint"], {**_FORM, "Authorization": f"Basic {proved}"}
        answered = await self._calls.request("POST", place, fields, urlencode(sent).encode())
        if answered.status != 200:
            raise NotBelievedError("the code was not redeemed")
        tokens: Mapping[str, Any] = answered.json()
        return tokens

    async def _claims(self, token: str, **wanted: Any) -> Mapping[str, Any]:
        """What a token of Limen's for this app says. Raises NotBelievedError."""
        from joserfc import jwt  # noqa: PLC0415 -- heavy, and only here
        from joserfc.errors import JoseError  # noqa: PLC0415 -- the same

        registry = jwt.JWTClaimsRegistry(
            now=self._sessions.now() // SECOND,
            leeway=60,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._app.id},
            exp={"essential": True},
            sub={"essential": True},
            **wanted,
        )
        try:
            claims: Mapping[str, Any] = jwt.decode(token, await self._keys(), algorithms=["RS256"]).claims
            registry.validate(dict(claims))
        except (JoseError, ValueError):
            raise NotBelievedError("its token does not hold") from None
        return claims

    async def _keys(self) -> KeySet:
        from joserfc.jwk import KeySet  # noqa: PLC0415 -- as above

        return KeySet.import_key_set(await self._get((await self._found())["jwks_uri"]))

    async def _get(self, url: str) -> Any:
        return json.loads((await self._calls.request("GET", url, {"Accept": "application/json"})).text)
