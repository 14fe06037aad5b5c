"""Authlib's server core, fitted to Limen: it knows the protocol (RFC 6749, 7636, 7009, 7662, OpenID Connect Core),
and asks here for clients, codes, tokens and people. Nothing of it is seen outside of this file.

A server is made for one call, inside one transaction. Whether somebody may sign in was decided before.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from limen.clock import MINUTE, SECOND, Instant
from limen.facts import App, Person, Session
from limen.opaque import hash_of, new_id, new_token
from limen.sso.oidc import claims, store
from limen.sso.oidc.device_grant import DeviceGrant
from limen.sso.oidc.devices import Device
from limen.sso.oidc.keys import Keys
from limen.sso.oidc.protocol import ACCESS_TOKEN, CLIENT_METHODS, DEVICE, ProtocolReply, ProtocolRequest
from limen.sso.oidc.store import CODE, REFRESH, AppSignIn, Issued, IssuedFor
from limen.storage import Transaction

CODE_LIVES: Final = MINUTE
ID_TOKEN_LIVES: Final = 10 * MINUTE
_METHODS: Final = list(CLIENT_METHODS)
_ADDRESS: Final = re.compile(r"[!$-\[\]-~]{1,500}")
"""What an address is made of: visible ASCII without `"`, `#` and `\\`."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(slots=True)
class Call:
    """What a server works on: the transaction, and what is known at this moment.

    `person` and `session` are those that the decision was made about; None where nothing was decided. `key` is the
    thumbprint of the key that the caller proved to hold, `device` the one that asks.
    """

    transaction: Transaction
    now: Instant
    issuer: str
    keys: Keys
    apps: Mapping[str, App]
    pairwise: bytes
    person: Person | None = None
    session: Session | None = None
    key: str = ""
    device: Device | None = None
    reused: list[AppSignIn] = field(default_factory=list)


class Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """An app as Authlib asks about it."""

    def __init__(self, app: App, call: Call) -> None:
        assert app.oidc is not None  # noqa: S101 -- `client_of` looks
        self.app, self.oidc, self._call = app, app.oidc, call
        self.client_id = app.id

    def get_client_id(self) -> str:
        return self.app.id

    def get_default_redirect_uri(self) -> str | None:
        return None  # it is always said, so that nobody can be surprised by another

    def get_allowed_scope(self, scope: str) -> str:
        asked = scope.split() if scope else []
        return " ".join(dict.fromkeys(one for one in asked if one in self.oidc.scopes))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.oidc.redirect_uris or self._is_loopback(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        given, good = hash_of(client_secret), False
        for one in store.secrets_of(self._call.transaction.connection, self.app.id, self._call.now):
            good |= hmac.compare_digest(one, given)
        return good

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") == self.oidc.is_public and (endpoint != "introspection" or method != "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "refresh_token"} or (
            grant_type == DEVICE and self.oidc.may_use_devices
        )

    def _is_loopback(self, redirect_uri: str) -> bool:
        """A program on the person's machine listens on any free port (RFC 8252 section 7.3)."""
        if not _ADDRESS.fullmatch(redirect_uri):
            return False  # `urlsplit` leaves out tabs and newlines, and an empty fragment
        try:
            asked = urlsplit(redirect_uri)
            known = [urlsplit(one) for one in self.oidc.redirect_uris]
            _ = asked.port
        except ValueError:
            return False
        if not self.oidc.is_public or asked.scheme != "http" or asked.hostname not in _LOOPBACK:
            return False
        same = [one for one in known if one.scheme == "http" and one.hostname == asked.hostname]
        return "@" not in asked.netloc and any((one.path, one.query) == (asked.path, asked.query) for one in same)


def client_of(call: Call, client_id: str | None) -> Client | None:
    app = call.apps.get(client_id or "")
    return Client(app, call) if app is not None and app.oidc is not None else None


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """One call's server."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call
        self.register_token_generator("default", self._new_tokens)
        self.register_grant(_CodeGrant, [_Challenge(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_grant(DeviceGrant)
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)

    def query_client(self, client_id: str) -> Client | None:
        return client_of(self.call, client_id)

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
        store.add_token(
            call.transaction.connection, hash_of(refresh), REFRESH, sign_in.id, call.session.expires_at, asked
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
            "aud": [client.app.id, f"{call.issuer}/oidc/userinfo"],
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
            "exp": now + ID_TOKEN_LIVES // SECOND,
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

    def get_authorization_code_challenge(self, authorization_code: _Good) -> str:
        return authorization_code.issued.asked.challenge

    def get_authorization_code_challenge_method(self, authorization_code: _Good) -> str:
        return "S256"


class _Good:
    """A code or refresh token that may be used now, as Authlib asks about it."""

    def __init__(self, issued: Issued) -> None:
        self.issued = issued

    def get_redirect_uri(self) -> str:
        return self.issued.asked.redirect_uri

    def get_scope(self) -> str:
        return self.issued.sign_in.scope

    def check_client(self, client: Client) -> bool:
        return self.issued.sign_in.app == client.app.id

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


def used_now(call: Call, secret: str, kind: str, client: Client | None) -> _Good | None:
    """The code or refresh token, spent by this. A second use ends the whole sign-in (RFC 9700 sections 2.1.1 and 4.14).

    None for what was never issued, is over, is somebody else's, or was used before.
    """
    connection = call.transaction.connection
    found = store.issued(connection, hash_of(secret))
    if found is None or found.kind != kind or (client is not None and found.sign_in.app != client.app.id):
        return None
    if not store.use(connection, found.hash, call.now):
        call.reused += store.end(connection, [found.sign_in.id], call.now)
        return None
    if found.sign_in.ended_at or call.now >= found.until:
        return None
    if call.session is None or call.session.id != found.sign_in.session_id or call.person is None:
        return None
    return _Good(found)


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS: Final = _METHODS

    def generate_authorization_code(self) -> str:
        return new_token()

    def save_authorization_code(self, code: str, request: Any) -> None:
        call, data = self.server.call, request.payload.data
        assert call.session is not None  # noqa: S101 -- no code is made for nobody
        scope = request.client.get_allowed_scope(request.payload.scope or "")
        sign_in = AppSignIn(
            new_id("g"), request.client.app.id, call.session.person_id, call.session.id, scope, call.now
        )
        asked = IssuedFor(
            redirect_uri=request.payload.redirect_uri,
            nonce=data.get("nonce", ""),
            challenge=data.get("code_challenge", ""),
            auth_at=call.session.auth.at,
            key=data.get("dpop_jkt", ""),
        )
        store.add_sign_in(call.transaction.connection, sign_in)
        store.add_token(call.transaction.connection, hash_of(code), CODE, sign_in.id, call.now + CODE_LIVES, asked)

    def query_authorization_code(self, code: str, client: Client) -> _Good | None:
        return used_now(self.server.call, code, CODE, client)

    def delete_authorization_code(self, authorization_code: _Good) -> None:
        """It stays until its end, so that a second use is known for what it is."""

    def authenticate_user(self, authorization_code: _Good) -> Person | None:
        person: Person | None = self.server.call.person
        return person

    def generate_token(self, **_asked: Any) -> dict[str, Any]:
        good: _Good = self.request.authorization_code
        asked = _bound(self.server.call, good.issued.asked)
        return dict(self.server.issue(good.issued.sign_in, asked, self.request.client))


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
    """A new refresh token each time; the old one is spent."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = _METHODS
    INCLUDE_NEW_REFRESH_TOKEN: Final = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Good | None:
        return used_now(self.server.call, refresh_token, REFRESH, self.request.client)

    def authenticate_user(self, refresh_token: _Good) -> Person | None:
        person: Person | None = self.server.call.person
        return person

    def issue_token(self, user: Person, refresh_token: _Good) -> dict[str, Any]:
        asked = msgspec.structs.replace(_bound(self.server.call, refresh_token.issued.asked), nonce="")
        return dict(self.server.issue(refresh_token.issued.sign_in, asked, self.request.client))

    def revoke_old_credential(self, refresh_token: _Good) -> None:
        """It was spent when it was looked up."""


def _bound(call: Call, asked: IssuedFor) -> IssuedFor:
    """What was asked, with the key that tokens are bound to. Raises InvalidGrantError where another is proved now."""
    if asked.key and asked.key != call.key:
        raise InvalidGrantError("The DPoP proof is missing, or of another key.")
    return msgspec.structs.replace(asked, key=call.key) if call.key else asked


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    CLIENT_AUTH_METHODS: Final = _METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Good | None:
        return _known(self.server.call, token_string)

    def revoke_token(self, token: _Good, request: Any) -> None:
        store.end(self.server.call.transaction.connection, [token.issued.sign_in.id], self.server.call.now)


class _Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib has no types
    CLIENT_AUTH_METHODS: Final = ["client_secret_basic", "client_secret_post"]

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Good | None:
        return _known(self.server.call, token_string)

    def check_permission(self, token: _Good, client: Client, request: Any) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: _Good) -> dict[str, Any]:
        """RFC 7662 section 2.2, of a sign-in that lives and of a session that decides yes at this moment."""
        call, found = self.server.call, token.issued
        if call.session is None or call.session.id != found.sign_in.session_id or call.person is None:
            return {"active": False}
        app = call.apps[found.sign_in.app]
        return {
            "active": True,
            "client_id": found.sign_in.app,
            "scope": found.sign_in.scope,
            "sub": claims.subject(found.sign_in.person_id, app, call.pairwise),
            "username": call.person.email or call.person.id,
            "iss": call.issuer,
            "aud": found.sign_in.app,
            "exp": found.until // SECOND,
            "token_type": "DPoP" if found.asked.key else "Bearer",
            **({"cnf": {"jkt": found.asked.key}} if found.asked.key else {}),
        }


def _known(call: Call, token: str) -> _Good | None:
    """The refresh token or access token, if its sign-in lives and it is not spent or over."""
    found = store.issued(call.transaction.connection, hash_of(token))
    if found is None:
        found = _access(call, token)
    is_over = found is None or found.kind == CODE or found.sign_in.ended_at or found.used_at or call.now >= found.until
    return None if found is None or is_over else _Good(found)


def _access(call: Call, token: str) -> Issued | None:
    told = call.keys.claims(token, ACCESS_TOKEN)
    sign_in = store.sign_in_of(call.transaction.connection, str(told.get("sid", ""))) if told else None
    if told is None or sign_in is None or told.get("iss") != call.issuer:
        return None
    asked = IssuedFor(key=str(told.get("cnf", {}).get("jkt", "")))
    return Issued(b"", "access", sign_in, int(told["exp"]) * SECOND, 0, asked)


__all__ = ["Call", "Client", "OAuth2Error", "Server", "client_of"]
