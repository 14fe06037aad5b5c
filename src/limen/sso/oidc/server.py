"""Authlib's server core, fitted to Limen: it knows the protocol (RFC 6749, 7636, 7009, 7662, OpenID Connect Core),
and asks here and in the files next door for clients, codes, tokens and people. Nothing of it is seen outside of them.

A server is made for one call, inside one transaction. Whether somebody may sign in was decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from limen.clock import MINUTE, SECOND
from limen.facts import Person
from limen.opaque import hash_of, new_id, new_token
from limen.sso import sign_ins
from limen.sso.oidc import claims, store
from limen.sso.oidc.clients import (
    AnyClient,
    Call,
    Client,
    InvalidTargetError,
    by_assertion,
    check_one_way,
    client_of,
    workload_of,
)
from limen.sso.oidc.device_grant import DeviceGrant
from limen.sso.oidc.protocol import ACCESS_TOKEN, ASSERTION, CLIENT_METHODS, ProtocolReply, ProtocolRequest
from limen.sso.oidc.store import CODE, REFRESH, Issued, IssuedFor
from limen.sso.oidc.token_status import Introspection, Revocation
from limen.sso.oidc.workload_grants import ClientCredentials, TokenExchange
from limen.sso.sign_ins import AppSignIn

CODE_LIVES: Final = MINUTE
LEEWAY: Final = 10 * SECOND
"""How long a refresh token may be used again by an app that refreshes from several requests at once."""
MOST_REPEATS: Final = 20
"""How often, within that."""
_METHODS: Final = list(CLIENT_METHODS)


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """One call's server."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call
        self.register_token_generator("default", self._new_tokens)
        self.register_grant(_CodeGrant, [_Challenge(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_grant(DeviceGrant)
        self.register_grant(ClientCredentials)
        self.register_grant(TokenExchange)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)
        self.register_client_auth_method(ASSERTION, lambda _query, request: by_assertion(call, request))

    def query_client(self, client_id: str) -> AnyClient | None:
        return client_of(self.call, client_id) or workload_of(self.call, client_id)

    def authenticate_client(self, request: Any, methods: Sequence[str], endpoint: str = "token") -> AnyClient:
        """The client that proves itself, by one way alone (RFC 6749 section 2.3), and may have what it names.

        Before anything is spent: a client that names a wrong resource may ask again.
        """
        check_one_way(request)
        is_asserted = "client_assertion" in request.form or "client_assertion_type" in request.form
        usable = [one for one in methods if (one == ASSERTION) is is_asserted]
        try:
            client: AnyClient = super().authenticate_client(request, usable, endpoint)
        except InvalidClientError:  # whether there is such a client is nobody's to know
            raise InvalidClientError(status_code=401) from None
        self.call.resource = client.resource(request.payload.datalist.get("resource", ()))
        return client

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Tokens are kept where they are made."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else _Request(request)

    def handle_response(self, status: int, body: Any, headers: Any) -> ProtocolReply:
        return ProtocolReply(status, body if isinstance(body, Mapping) else {}, tuple(headers))

    def issue(self, sign_in: AppSignIn, asked: IssuedFor, client: Client) -> dict[str, Any]:
        """Tokens for this sign-in: an access token, a refresh token, and who it is."""
        call = self.call
        assert call.person is not None  # noqa: S101 -- nothing is issued for nobody
        assert call.session is not None  # noqa: S101 -- the same
        refresh, seconds = new_token(), client.oidc.tokens_minutes * 60
        kept = msgspec.structs.replace(asked, turn=sign_in.turn + 1)
        store.add_token(
            call.transaction.connection, hash_of(refresh), REFRESH, sign_in.id, call.session.expires_at, kept
        )
        access = self._access_token(sign_in, asked, client, seconds)
        return {
            "access_token": access,
            "token_type": "DPoP" if asked.key else "Bearer",
            "expires_in": seconds,
            "refresh_token": refresh,
            "scope": sign_in.scope,
            "id_token": self._id_token(sign_in, asked, client, access),
        }

    def _access_token(self, sign_in: AppSignIn, asked: IssuedFor, client: Client, seconds: int) -> str:
        """RFC 9068. It names the sign-in, so that userinfo and introspection know at once when that has ended."""
        call, now = self.call, self.call.now // SECOND
        told = {
            "iss": call.issuer,
            "sub": claims.subject(sign_in.person_id, client.app, call.pairwise),
            "aud": claims.audience(client.app, call.resource or asked.resource, call.issuer),
            "client_id": client.app.id,
            "scope": sign_in.scope,
            "jti": new_id("j"),
            "sid": sign_in.id,
            "iat": now,
            "exp": now + seconds,
            **({"cnf": {"jkt": asked.key}} if asked.key else {}),
        }
        return call.keys.sign(told, "ES256", call.now, ACCESS_TOKEN)

    def _id_token(self, sign_in: AppSignIn, asked: IssuedFor, client: Client, access: str) -> str:
        call, now = self.call, self.call.now // SECOND
        assert call.person is not None  # noqa: S101 -- nothing is issued for nobody
        assert call.session is not None  # noqa: S101 -- the same
        told = {
            "iss": call.issuer,
            "sub": claims.subject(sign_in.person_id, client.app, call.pairwise),
            "aud": client.app.id,
            "azp": client.app.id,
            "sid": sign_in.id,
            "iat": now,
            "exp": now + claims.ID_TOKEN_LIVES // SECOND,
            "at_hash": claims.half_hash(access),
            **({"nonce": asked.nonce} if asked.nonce else {}),
            **claims.authentication(call.session.auth),
            **claims.about(call.person, client.oidc, sign_in.scope.split()),
        }
        return call.keys.sign(told, client.oidc.algorithm, call.now)

    def _new_tokens(self, **_asked: Any) -> dict[str, Any]:
        raise NotImplementedError("tokens are made by `issue`, which knows the sign-in")


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, wire: ProtocolRequest) -> None:
        self._together = {**wire.query, **wire.form}

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._together.items() if values}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in self._together.items()}


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, wire: ProtocolRequest) -> None:
        super().__init__(wire.method, f"https://limen{wire.path}", headers={"Authorization": wire.authorization})
        self.payload = _Payload(wire)
        self.form_values = {name: values[0] for name, values in wire.form.items() if values}
        self.args_values = {name: values[0] for name, values in wire.query.items() if values}

    @property
    def form(self) -> dict[str, str]:
        return self.form_values

    @property
    def args(self) -> dict[str, str]:
        return self.args_values


class _Challenge(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
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


def used_now(call: Call, secret: str, kind: str, client: Client) -> _Redeemed | None:
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


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
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
        return used_now(self.server.call, code, CODE, client)

    def delete_authorization_code(self, authorization_code: _Redeemed) -> None:
        """It stays until its end, so that a second use is known for what it is."""

    def authenticate_user(self, authorization_code: _Redeemed) -> Person | None:
        person: Person | None = self.server.call.person
        return person

    def generate_token(self, **_asked: Any) -> dict[str, Any]:
        good: _Redeemed = self.request.authorization_code
        asked = _bound(self.server.call, good.issued.asked)
        return dict(self.server.issue(good.issued.sign_in, asked, self.request.client))


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    """A new refresh token each time; the old one is spent."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = _METHODS
    INCLUDE_NEW_REFRESH_TOKEN: Final = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Redeemed | None:
        return used_now(self.server.call, refresh_token, REFRESH, self.request.client)

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


__all__ = ["OAuth2Error", "Server"]
