"""What workloads ask for at the token endpoint: a token of their own (RFC 6749 section 4.4), or one to act for a person
(RFC 8693). Both are read and held against what is registered here; whether they get it is decided afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.errors import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from limen.clock import SECOND, Instant
from limen.facts import ACTIONS, LIMEN, App
from limen.opaque import new_id
from limen.sso.oidc import workload_store
from limen.sso.oidc.clients import Call, InvalidTargetError, Wanted, WorkloadClient, may_act
from limen.sso.oidc.held_tokens import held
from limen.sso.oidc.protocol import ASSERTION, CLIENT_CREDENTIALS, ISSUED_ACCESS_TOKEN, TOKEN_EXCHANGE
from limen.sso.oidc.workload_store import WorkloadSignIn

_OF_REQUESTS: Final = frozenset(ACTIONS[:5])
"""The actions that requests to an app can be."""


class _OfWorkloads(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib has no types
    """A grant that workloads alone may use. Nothing is answered yet: `Call.wanted` says what was asked for."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = [ASSERTION]

    def validate_token_request(self) -> None:
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE) or not isinstance(client, WorkloadClient):
            raise UnauthorizedClientError
        self.request.client = client
        self.server.call.wanted = self._wanted(self.server.call, client, self.request.form)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        return 200, {}, self.TOKEN_RESPONSE_HEADER

    def _wanted(self, call: Call, client: WorkloadClient, form: Mapping[str, str]) -> Wanted:
        raise NotImplementedError

    def _signed_in(self, call: Call, client: WorkloadClient, app: App) -> WorkloadSignIn:
        wanted = WorkloadSignIn(new_id("g"), client.client_id, app.id, self.request.client_key, call.address)
        return workload_store.sign_in(call.transaction.connection, wanted)

    def _resource(self) -> str:
        """The one resource that is named (RFC 8707), "" where none is. Raises InvalidTargetError for several."""
        named = set(self.request.payload.datalist.get("resource", ()))
        if len(named) > 1:
            raise InvalidTargetError("Ask for one resource at a time.")
        return next(iter(named), "")


class ClientCredentials(_OfWorkloads):
    """A token of the workload's own, for the one app that it names by its address."""

    GRANT_TYPE: Final = CLIENT_CREDENTIALS

    def _wanted(self, call: Call, client: WorkloadClient, form: Mapping[str, str]) -> Wanted:
        resource, scope = self._resource(), form.get("scope", "")
        named = [app for app in call.apps.values() if resource and resource == address_of(app, call.issuer)]
        if len(named) != 1:
            raise InvalidTargetError("Name the app by its address in `resource`.")
        app = named[0]
        if app.oidc is not None and scope:
            raise InvalidScopeError("A workload is not told of people: leave out the scope.")
        if app.oidc is not None:
            return Wanted(client.workload, app, self._signed_in(call, client, app))
        actions = frozenset(scope.split()) or frozenset({"view"})
        if not actions <= _OF_REQUESTS:
            raise InvalidScopeError("Behind the gateway, scopes are actions: view, download, edit, share, administer.")
        until = self._key_until(call, client) // SECOND
        return Wanted(
            client.workload, app, self._signed_in(call, client, app), scope=" ".join(sorted(actions)), until=until
        )

    def _key_until(self, call: Call, client: WorkloadClient) -> Instant:
        """When the key ends that it proved itself by."""
        held = workload_store.keys_of(call.transaction.connection, client.client_id)
        return next(one.until for one in held if one.thumbprint == self.request.client_key)


def address_of(app: App, issuer: str) -> str:
    """The address by which a workload names an app, "" for one that it can't have a token for.

    Of an app that signs people in itself its `url`; of one behind the gateway its host, with the scheme and port of the
    sign-in host.
    """
    if app.oidc is not None:
        return app.url
    if app.id == LIMEN or not app.host:
        return ""
    home = urlsplit(issuer)
    return f"{home.scheme}://{app.host}{f':{home.port}' if home.port else ''}/"


class TokenExchange(_OfWorkloads):
    """A token with which a workload acts for a person at the app that sent it their access token.

    It never widens: the same app, no more scopes, no longer than the token that it was made from, and none from it.
    """

    GRANT_TYPE: Final = TOKEN_EXCHANGE

    def _wanted(self, call: Call, client: WorkloadClient, form: Mapping[str, str]) -> Wanted:
        is_known = form.get("subject_token_type") == ISSUED_ACCESS_TOKEN
        is_wanted = form.get("requested_token_type", ISSUED_ACCESS_TOKEN) == ISSUED_ACCESS_TOKEN
        if not is_known or not is_wanted or "actor_token" in form or "actor_token_type" in form:
            raise InvalidRequestError("An access token is exchanged for an access token; who acts is the client.")
        found = held(call.transaction, call.keys, call.issuer, form.get("subject_token", ""), call.now)
        if found.sign_in is None or found.workload is not None or found.refresh is not None or "cnf" in found.told:
            raise InvalidRequestError("subject_token is no token that can be exchanged.")
        app = call.apps.get(found.sign_in.app)
        if app is None or not may_act(call, app.id, client.workload):
            raise InvalidTargetError("No workload of this name may act for people there.")
        if self._resource() not in {"", app.url} or form.get("audience", app.id) != app.id:
            raise InvalidTargetError("A token is exchanged for the app that it is for.")
        had, asked = str(found.told.get("scope", "")).split(), form.get("scope", "").split()
        if not set(asked) <= set(had):
            raise InvalidScopeError("Ask for no more than the token has.")
        scope, until = " ".join(asked or had), int(found.told["exp"])
        return Wanted(client.workload, app, self._signed_in(call, client, app), found.sign_in, scope, until)
