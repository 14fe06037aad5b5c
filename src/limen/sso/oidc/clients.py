"""Who asks at the provider's own addresses: apps and workloads, as Authlib asks about them, and how they prove it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError

from limen.clock import Instant
from limen.facts import App, Person, Session
from limen.opaque import hash_of
from limen.sso.oidc import client_assertion, store, workload_store
from limen.sso.oidc.claimed_client import named_by_basic
from limen.sso.oidc.devices import Device
from limen.sso.oidc.keys import Keys
from limen.sso.oidc.protocol import ASSERTION, CLIENT_CREDENTIALS, DEVICE, TOKEN_EXCHANGE, TOKEN_PATH
from limen.sso.oidc.public_keys import PublicKey, kept
from limen.sso.oidc.workload_store import Use, WorkloadSignIn
from limen.sso.sign_ins import AppSignIn
from limen.storage import Transaction

_ADDRESS: Final = re.compile(r"[!$-\[\]-~]{1,500}")
"""What an address is made of: visible ASCII without `"`, `#` and `\\`."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The resource that is named is none that this client may have a token for (RFC 8707 section 2)."""

    error = "invalid_target"


class SlowDownError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """A client asks more than can be answered."""

    error = "slow_down"
    status_code = 429


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a workload that proved itself asks for: a token for this app, and with `subject` one to act for them.

    `until` is where the token has to end at the latest (seconds), 0 where nothing bounds it. For an app behind the
    gateway `scope` are actions.
    """

    workload: Person
    app: App
    sign_in: WorkloadSignIn
    subject: AppSignIn | None = None
    scope: str = ""
    until: int = 0


@dataclass(slots=True)
class Call:
    """What a server works on: the transaction, and what is known at this moment.

    `person`, `session` and `workload` are those that the decision was made about; None where nothing was decided. `key`
    is the thumbprint of the key that the caller proved to hold, `device` the one that asks, `address` where it is,
    `resource` what it names for its token, `decision` the one that lets a sign-in begin.
    `reused`, `repeated` and `wanted` come out of it: what was used twice, what was so within its leeway, and what a
    workload asks for, before it is decided.
    """

    transaction: Transaction
    now: Instant
    issuer: str
    keys: Keys
    apps: Mapping[str, App]
    workloads: Mapping[str, Person]
    pairwise: bytes
    person: Person | None = None
    session: Session | None = None
    workload: Person | None = None
    key: str = ""
    device: Device | None = None
    address: str = ""
    resource: str = ""
    decision: str = ""
    reused: list[AppSignIn] = field(default_factory=list)
    repeated: list[AppSignIn] = field(default_factory=list)
    wanted: Wanted | None = None


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
        """Each client has one way, so that nobody can choose the weaker: nothing, its keys, or else a secret."""
        if self.oidc.is_public:
            return method == "none" and endpoint != "introspection"
        return method in {"client_secret_basic", "client_secret_post"} if self.oidc.has_secret else method == ASSERTION

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "refresh_token"} or (
            grant_type == DEVICE and self.oidc.may_use_devices
        )

    @property
    def public_keys(self) -> list[PublicKey]:
        return [kept(one) for one in self.oidc.keys]

    def resource(self, asked: Collection[str]) -> str:
        """The resource that its tokens are narrowed to (RFC 8707): itself, by its address; "" where none is named.

        Raises InvalidTargetError for any other: what one app gets is never good at another.
        """
        if not set(asked) <= {self.app.url}:
            raise InvalidTargetError("An app gets tokens for itself alone.")
        return next(iter(asked), "")

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


class WorkloadClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A workload as Authlib asks about it: it has no browser, no secret, and no people."""

    def __init__(self, workload: Person, call: Call) -> None:
        self.workload, self._call = workload, call
        self.client_id = workload.id

    def get_client_id(self) -> str:
        return self.workload.id

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return False

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ASSERTION and endpoint != "introspection"

    def check_response_type(self, response_type: str) -> bool:
        return False

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {CLIENT_CREDENTIALS, TOKEN_EXCHANGE}

    @property
    def public_keys(self) -> list[PublicKey]:
        held = workload_store.keys_of(self._call.transaction.connection, self.workload.id)
        return [one.key for one in held if self._call.now < one.until]

    def resource(self, asked: Collection[str]) -> str:
        """What a workload asks for is looked at by its grants."""
        return next(iter(asked), "")


AnyClient: TypeAlias = Client | WorkloadClient


def client_of(call: Call, client_id: str | None) -> Client | None:
    """The app of this id, if it is a client."""
    app = call.apps.get(client_id or "")
    return Client(app, call) if app is not None and app.oidc is not None else None


def workload_of(call: Call, client_id: str | None) -> WorkloadClient | None:
    """The workload of this id. No app has one like it: theirs have no underscore."""
    workload = call.workloads.get(client_id or "")
    return WorkloadClient(workload, call) if workload is not None and workload.active else None


def may_act(call: Call, app_id: str, workload: Person) -> bool:
    """Whether the company lets this workload act for people at this app."""
    app = call.apps.get(app_id)
    return app is not None and app.oidc is not None and workload.name in app.oidc.may_act


def check_one_way(request: Any) -> None:
    """Raises InvalidClientError where a client proves itself in two ways, or as two (RFC 6749 section 2.3): whichever
    were looked at, somebody could have meant the other.
    """
    header = request.headers.get("Authorization") or ""
    named = named_by_basic(header)
    if header and ("client_secret" in request.form or request.form.get("client_id", named) != named):
        raise InvalidClientError(status_code=401)


def by_assertion(call: Call, request: Any) -> AnyClient | None:
    """The client that an assertion proves (RFC 7521 section 4.2); None where none is sent.

    Raises InvalidClientError where it proves nothing: all reasons are one, so that nobody learns which key was near.
    """
    form: Mapping[str, str] = request.form
    if "client_assertion" not in form and "client_assertion_type" not in form:
        return None
    read = client_assertion.read(form.get("client_assertion", ""))
    is_alone = "client_secret" not in form and not request.headers.get("Authorization")
    if read is None or form.get("client_assertion_type") != client_assertion.TYPE or not is_alone:
        raise InvalidClientError(status_code=401)
    client: AnyClient | None = client_of(call, read.client_id) or workload_of(call, read.client_id)
    if client is None or form.get("client_id", read.client_id) != read.client_id:
        raise InvalidClientError(status_code=401)
    audiences = (call.issuer, f"{call.issuer}{TOKEN_PATH}")
    proved = client_assertion.judge(read, client.public_keys, audiences, call.now)
    if proved is None or not client.check_endpoint_auth_method(ASSERTION, "token"):
        raise InvalidClientError(status_code=401)
    used = workload_store.use(call.transaction.connection, client.client_id, proved.id, proved.until, call.now)
    if used is Use.TOO_MANY:
        raise SlowDownError
    if used is Use.AGAIN:
        raise InvalidClientError(status_code=401)
    request.client_key = proved.key
    return client
