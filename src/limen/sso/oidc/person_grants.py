"""The grants by which a sign-in of a person gives tokens: a code with PKCE, and a refresh token. Each counts once.

Authlib knows how each is asked for; here is what may still be used, and what a second use of it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from limen.clock import MINUTE, SECOND
from limen.facts import Person
from limen.opaque import hash_of, new_id, new_token
from limen.sso import sign_ins
from limen.sso.oidc import store
from limen.sso.oidc.clients import Call, Client, InvalidTargetError
from limen.sso.oidc.protocol import CLIENT_METHODS
from limen.sso.oidc.store import CODE, REFRESH, Issued, IssuedFor
from limen.sso.sign_ins import AppSignIn

CODE_LIVES: Final = MINUTE
LEEWAY: Final = 10 * SECOND
"""How long a refresh token may be used again by an app that refreshes from several requests at once."""
MOST_REPEATS: Final = 20
"""How often, within that."""
_METHODS: Final = list(CLIENT_METHODS)


class Challenge(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """PKCE by S256 alone, asked of every client but those registered as unable (RFC 9700 section 2.1.1).

    What begins with it must end with it, and what begins without must end without (section 4.8.2): Authlib sees to it.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        has_none = not data.get("code_challenge") and not data.get("code_challenge_method")
        if has_none and not grant.request.client.oidc.needs_pkce:
            return
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is needed: send code_challenge with code_challenge_method=S256")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, authorization_code: _Redeemed) -> str:
        return authorization_code.issued.asked.challenge

    def get_authorization_code_challenge_method(self, authorization_code: _Redeemed) -> str:
        return "S256"


class _Redeemed:
    """A code or refresh token that may be used now, as Authlib asks about it."""

    def __init__(self, issued: Issued) -> None:
        self.issued = issued

    def get_redirect_uri(self) -> str:
        return self.issued.asked.redirect_uri

    def get_scope(self) -> str:
        return self.issued.sign_in.scope

    def check_client(self, client: Client) -> bool:
        return self.issued.sign_in.app == client.app.id


def _used_now(call: Call, secret: str, kind: str, client: Client) -> _Redeemed | None:
    """The code or refresh token, spent by this. A second use ends the whole sign-in (RFC 9700 sections 2.1.1 and 4.14),
    unless it is a refresh token of an app that asks several times at once.

    None for what was never issued, is over, is somebody else's, or was used before.
    """
    connection = call.transaction.connection
    found = store.issued(connection, hash_of(secret))
    if found is None or found.kind != kind or found.sign_in.app != client.app.id:
        return None
    turned = _turned(call, found, client) if found.asked.turn else found
    if turned is None or (not found.asked.turn and not store.use(connection, found.hash, call.now)):
        call.reused += sign_ins.end(connection, [found.sign_in.id], call.now)
        return None
    found = turned
    if found.sign_in.ended_at or call.now >= found.until:
        return None
    if call.session is None or call.session.id != found.sign_in.session_id or call.person is None:
        return None
    return _Redeemed(found)


def _turned(call: Call, found: Issued, client: Client) -> Issued | None:
    """The refresh token with its sign-in at this token's turn; None where it was used before, and not just now.

    All tokens of a turn stand for one another: the first that is used begins the turn, the others count for `LEEWAY`
    more, and as soon as the next turn begins, none. So there is one line of them and no second beside it (record 0127).
    """
    connection, turn = call.transaction.connection, found.asked.turn
    if sign_ins.next_turn(connection, found.sign_in.id, turn, call.now):
        return replace(found, sign_in=replace(found.sign_in, turn=turn))
    now = sign_ins.sign_in_of(connection, found.sign_in.id)
    if now is None or now.ended_at or now.turn != turn:
        return None
    is_bound = bool(found.asked.key) and found.asked.key == call.key
    if client.oidc.is_public and not is_bound:
        return None  # nothing but the token says who it is
    if call.now - now.turned_at > LEEWAY or not sign_ins.repeat_turn(connection, now.id, turn, MOST_REPEATS):
        return None
    call.repeated.append(now)
    return replace(found, sign_in=now)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS: Final = _METHODS

    def validate_authorization_request(self) -> str:
        """The code's tokens can be narrowed to a resource from the start (RFC 8707 section 2.1)."""
        redirect_uri = str(super().validate_authorization_request())
        try:
            self._resource()
        except InvalidTargetError as wrong:
            wrong.redirect_uri = redirect_uri
            raise
        return redirect_uri

    def _resource(self) -> str:
        client: Client = self.request.client
        return client.resource(self.request.payload.datalist.get("resource", ()))

    def generate_authorization_code(self) -> str:
        return new_token()

    def save_authorization_code(self, code: str, request: Any) -> None:
        call, data = self.server.call, request.payload.data
        assert call.session is not None  # noqa: S101 -- no code is made for nobody
        scope = request.client.get_allowed_scope(request.payload.scope or "")
        session, app = call.session, request.client.app.id
        sign_in = AppSignIn(new_id("g"), app, session.person_id, session.id, scope, call.now, decision=call.decision)
        asked = IssuedFor(
            redirect_uri=request.payload.redirect_uri,
            nonce=data.get("nonce", ""),
            challenge=data.get("code_challenge", ""),
            auth_at=call.session.auth.at,
            key=data.get("dpop_jkt", ""),
            resource=self._resource(),
        )
        store.add_sign_in(call.transaction.connection, sign_in)
        store.add_token(call.transaction.connection, hash_of(code), CODE, sign_in.id, call.now + CODE_LIVES, asked)

    def query_authorization_code(self, code: str, client: Client) -> _Redeemed | None:
        return _used_now(self.server.call, code, CODE, client)

    def delete_authorization_code(self, authorization_code: _Redeemed) -> None:
        """It stays until its end, so that a second use is known for what it is."""

    def authenticate_user(self, authorization_code: _Redeemed) -> Person | None:
        person: Person | None = self.server.call.person
        return person

    def generate_token(self, **_asked: Any) -> dict[str, Any]:
        good: _Redeemed = self.request.authorization_code
        asked = _bound(self.server.call, good.issued.asked)
        return dict(self.server.issue(good.issued.sign_in, asked, self.request.client))


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    """A new refresh token each time; the old one is spent."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = _METHODS
    INCLUDE_NEW_REFRESH_TOKEN: Final = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Redeemed | None:
        return _used_now(self.server.call, refresh_token, REFRESH, self.request.client)

    def authenticate_user(self, refresh_token: _Redeemed) -> Person | None:
        person: Person | None = self.server.call.person
        return person

    def issue_token(self, user: Person, refresh_token: _Redeemed) -> dict[str, Any]:
        asked = msgspec.structs.replace(_bound(self.server.call, refresh_token.issued.asked), nonce="")
        return dict(self.server.issue(refresh_token.issued.sign_in, asked, self.request.client))

    def revoke_old_credential(self, refresh_token: _Redeemed) -> None:
        """It was spent when it was looked up."""


def _bound(call: Call, asked: IssuedFor) -> IssuedFor:
    """What was asked, with the key that tokens are bound to. Raises InvalidGrantError where another is proved now."""
    if asked.key and asked.key != call.key:
        raise InvalidGrantError("The DPoP proof is missing, or of another key.")
    return msgspec.structs.replace(asked, key=call.key) if call.key else asked
