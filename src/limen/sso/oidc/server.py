"""Authlib's server core, fitted to Limen: it knows the protocol (RFC 6749, 7636, 7009, 7662, OpenID Connect Core),
and asks here and in the files next door for clients, codes, tokens and people. Nothing of it is seen outside of them.

A server is made for one call, inside one transaction. Whether somebody may sign in was decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError

from limen.clock import SECOND
from limen.opaque import hash_of, new_id, new_token
from limen.sso.oidc import claims, store
from limen.sso.oidc.clients import (
    AnyClient,
    Call,
    Client,
    by_assertion,
    check_one_way,
    client_of,
    workload_of,
)
from limen.sso.oidc.device_grant import DeviceGrant
from limen.sso.oidc.person_grants import Challenge, CodeGrant, RefreshGrant
from limen.sso.oidc.protocol import ACCESS_TOKEN, ASSERTION, ProtocolReply, ProtocolRequest
from limen.sso.oidc.store import REFRESH, IssuedFor
from limen.sso.oidc.token_status import Introspection, Revocation
from limen.sso.oidc.workload_grants import ClientCredentials, TokenExchange
from limen.sso.sign_ins import AppSignIn


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """One call's server."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call
        self.register_token_generator("default", self._new_tokens)
        self.register_grant(CodeGrant, [Challenge(required=True)])
        self.register_grant(RefreshGrant)
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


__all__ = ["OAuth2Error", "Server"]
