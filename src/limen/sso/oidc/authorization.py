"""An app's authorization request by way of a browser (OpenID Connect Core section 3.1.2), until its code is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from limen.admission import network_of
from limen.events import Event
from limen.facts import App, Person, Session
from limen.policy.decision import UNAVAILABLE, Effect
from limen.printable import is_printable
from limen.sso.oidc import claims, store
from limen.sso.oidc.calls import ENTRY_POINT, Calls
from limen.sso.oidc.protocol import CLIENT_METHODS, ProtocolReply, ProtocolRequest
from limen.sso.oidc.pushed import PushedRequests, is_too_long
from limen.storage import Snapshot, Transaction

if TYPE_CHECKING:
    from limen.sso.oidc.clients import Client
    from limen.sso.oidc.server import Server


LONGEST_SHOWN: Final = 120
_PROOFS: Final = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
"""What an app proves itself with when it sends a request ahead: no part of the request."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A good authorization request (OpenID Connect Core section 3.1.2.1). `wire` is it as it came.

    `subject`: whom it must be about, "" for whoever is there; None where its hint names nobody.
    """

    wire: ProtocolRequest
    app: App
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    max_age: int | None
    strength: int
    subject: str | None = ""


@dataclass(frozen=True, slots=True)
class WrongRequest:
    """A request that can't be answered to the app. `location`: where the browser takes the error, "" for a page."""

    location: str
    error: str
    description: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next for somebody who is signed in: one of these.

    `location`: back to the app, with a code or an error. `prove_again`: a stronger or newer proof, for that decision.
    `refused`: the decision that said no. `unavailable`: why none can be taken at this moment. `needs_consent`: they
    have not yet agreed to what the app wants to know.
    """

    location: str = ""
    prove_again: bool = False
    refused: bool = False
    unavailable: str = ""
    needs_consent: bool = False
    decision: str = ""


class Authorization:
    """Answers authorization requests, those that were pushed before (RFC 9126) among them."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.pushed = PushedRequests(calls.core.database.kept_briefly)

    async def asked(self, wire: ProtocolRequest) -> AuthorizationRequest | WrongRequest:
        """The authorization request, held against the client's registration. What is wrong is journaled."""
        asked = await self._held_against(wire)
        if isinstance(asked, WrongRequest):
            self._calls.refused(wire, asked.error, self._why(wire) or asked.description)
        return asked

    async def _held_against(self, wire: ProtocolRequest) -> AuthorizationRequest | WrongRequest:
        if any(len(values) > 1 for name, values in wire.query.items() if name != "resource"):
            return WrongRequest("", "invalid_request", "A parameter is there twice.")  # RFC 6749 section 3.1
        pushed = await self._with_pushed(wire)
        if isinstance(pushed, WrongRequest):
            return pushed
        wire = pushed
        from limen.sso.oidc.server import OAuth2Error, Server  # noqa: PLC0415 -- Authlib, of which no start waits

        def work(snapshot: Snapshot) -> AuthorizationRequest | WrongRequest:
            server = Server(self._calls.call(snapshot))
            try:
                flow = server.get_consent_grant(wire, end_user=None)
            except OAuth2Error as wrong:
                return self._wrong(wrong, wire)
            except ValueError:  # Authlib's, where its error would quote what no error may hold (RFC 6749 section 5.2)
                return WrongRequest("", "invalid_request", "")
            client: Client = flow.request.client
            return self._read(wire, client, flow.redirect_uri)

        return await self._calls.core.database.reading(work)

    async def answer(self, asked: AuthorizationRequest, session: Session, person: Person, address: str) -> NextStep:
        """What comes next for this person, whom this app asks about. A code is made where nothing is in the way."""
        silent = "none" in asked.prompts
        if asked.subject != "" and asked.subject != claims.subject(person.id, asked.app, self._calls.pairwise):
            self._calls.refused(asked.wire, "login_required")
            return NextStep(location=self._error(asked, "login_required"))  # whoever is there, it is somebody else
        answer = self._calls.sign_on.decide(ENTRY_POINT, asked.app, session, address, is_present=True)
        auth = session.auth
        max_age = None if asked.max_age is None else max(asked.max_age, claims.JUST_PROVED_SECONDS)
        is_weak = auth.strength < asked.strength or claims.is_old(auth, self._calls.core.clock.now(), max_age)
        if answer.word in UNAVAILABLE:
            if silent:
                return NextStep(location=self._error(asked, "temporarily_unavailable"), decision=answer.id)
            return NextStep(unavailable=answer.word, decision=answer.id)
        if answer.effect is Effect.DENY or (answer.effect is Effect.PERMIT and answer.session is None):
            refused = self._error(asked, "access_denied", f"decision {answer.id}")
            return (
                NextStep(location=refused, decision=answer.id) if silent else NextStep(refused=True, decision=answer.id)
            )
        if answer.effect is Effect.CHALLENGE or is_weak or self._wants_new_proof(asked, session):
            if silent:
                return NextStep(location=self._error(asked, "interaction_required"), decision=answer.id)
            return NextStep(prove_again=True, decision=answer.id if answer.effect is Effect.CHALLENGE else "")
        if await self._needs_consent(asked, person):
            if silent:
                return NextStep(location=self._error(asked, "consent_required"), decision=answer.id)
            return NextStep(needs_consent=True, decision=answer.id)
        return NextStep(location=await self._code(asked, session, person, answer.id), decision=answer.id)

    async def agree(self, asked: AuthorizationRequest, person: Person) -> None:
        """Keep that this person agrees: this app may learn what it asks for."""
        now = self._calls.core.clock.now()

        def work(transaction: Transaction) -> None:
            scopes = store.consent(transaction.connection, person.id, asked.app.id) | set(asked.scopes)
            store.agree(transaction.connection, person.id, asked.app.id, scopes, now)
            details: dict[str, str | int | bool] = {"app": asked.app.id, "scope": " ".join(asked.scopes)}
            transaction.say(Event(at=now, kind="sso.consented", actor=person.id, subject=person.id, details=details))

        await self._calls.core.database.writing(work)

    def refuse(self, asked: AuthorizationRequest, error: str) -> str:
        """Where the browser takes this error of the protocol."""
        return self._error(asked, error)

    async def push(self, wire: ProtocolRequest, address: str) -> ProtocolReply:
        """RFC 9126: an authorization request, sent by the app itself before it sends the browser."""
        from limen.sso.oidc.server import OAuth2Error  # noqa: PLC0415 -- Authlib, of which no start waits

        good: list[tuple[ProtocolRequest, Client]] = []

        def check(server: Server) -> ProtocolReply:
            good.clear()
            request = server.create_oauth2_request(wire)
            try:
                request.client = server.authenticate_client(request, list(CLIENT_METHODS), "token")
            except OAuth2Error as wrong:
                return server.handle_error_response(request, wrong)  # type: ignore[no-any-return]
            if wire.one("request_uri") or is_too_long(wire):
                return ProtocolReply(400, {"error": "invalid_request"})
            named = {name: values for name, values in wire.form.items() if name not in _PROOFS}
            asking = ProtocolRequest("GET", "/oidc/authorize", {**named, "client_id": [request.client.client_id]})
            try:
                server.get_consent_grant(asking, end_user=None)
            except OAuth2Error as wrong:
                return ProtocolReply(400, {"error": wrong.error, "error_description": str(wrong.description)})
            except ValueError:
                return ProtocolReply(400, {"error": "invalid_request"})
            good.append((asking, request.client))
            return ProtocolReply(201)

        if any(len(values) > 1 for name, values in wire.form.items() if name != "resource"):
            reply = ProtocolReply(400, {"error": "invalid_request"})
        else:
            reply, _ = await self._calls.served(check)
        if reply.status != 201:
            self._calls.refused(wire, str(reply.body.get("error", "")))
            return reply
        (asking, client), *_ = good
        is_proved = not client.oidc.is_public  # anybody can say that they are a public one
        source = client.app.id if is_proved else network_of(address)
        uri, seconds = await self.pushed.keep(asking, source, is_proved=is_proved)
        return ProtocolReply(201, {"request_uri": uri, "expires_in": seconds})

    # Inside

    async def _with_pushed(self, wire: ProtocolRequest) -> ProtocolRequest | WrongRequest:
        """The request itself, or the one that was pushed before. Both at once is none (RFC 9126 section 4)."""
        uri = wire.one("request_uri")
        if wire.one("request"):
            return WrongRequest("", "request_not_supported", "Request objects are not read.")
        if not uri:
            return wire
        kept = await self.pushed.look(uri, wire.one("client_id"))
        return kept or WrongRequest("", "invalid_request_uri", "The request was used before, or took too long.")

    def _why(self, wire: ProtocolRequest) -> str:
        """What is wrong with a request, of what is mostly wrong: its address, without a query, or PKCE."""
        app = self._calls.core.known.apps.get(wire.one("client_id"))
        if app is None or app.oidc is None or wire.one("request_uri"):
            return ""
        uri = wire.one("redirect_uri")
        if uri not in app.oidc.redirect_uris:
            sent = uri.partition("?")[0][:LONGEST_SHOWN]
            return f"not registered as a redirect URI: {sent}" if is_printable(sent) else "an odd redirect URI"
        if app.oidc.needs_pkce and not wire.one("code_challenge"):
            return "PKCE is missing"
        return (
            "PKCE is not by S256" if wire.one("code_challenge") and wire.one("code_challenge_method") != "S256" else ""
        )

    def _read(self, wire: ProtocolRequest, client: Client, redirect_uri: str) -> AuthorizationRequest | WrongRequest:
        state, prompts = wire.one("state"), frozenset(wire.one("prompt").split())
        scopes = tuple(client.get_allowed_scope(wire.one("scope")).split())
        max_age = wire.one("max_age")
        asked = AuthorizationRequest(
            wire=wire,
            app=client.app,
            redirect_uri=redirect_uri,
            state=state,
            scopes=scopes,
            prompts=prompts,
            max_age=int(max_age) if max_age.isascii() and max_age.isdigit() and len(max_age) < 10 else None,
            strength=claims.strength_wanted(wire.one("acr_values")),
            subject=self._hinted(wire.one("id_token_hint"), client.app.id),
        )
        if "openid" not in scopes:
            return WrongRequest(self._error(asked, "invalid_scope"), "invalid_scope", "openid is missing")
        is_odd = ("none" in prompts and len(prompts) > 1) or (max_age and asked.max_age is None)
        if is_odd or wire.one("response_mode") not in {"", "query"}:
            return WrongRequest(self._error(asked, "invalid_request"), "invalid_request", "")
        return asked

    def _hinted(self, hint: str, app_id: str) -> str | None:
        """Whom the app's `id_token_hint` names: an ID token of ours for this app, whenever it was made."""
        told = self._calls.keys.claims(hint, "JWT") if hint else {}
        if told is None or (hint and (told.get("iss"), told.get("aud")) != (self._calls.issuer, app_id)):
            return None
        return str(told.get("sub", ""))

    def _wrong(self, wrong: Any, wire: ProtocolRequest) -> WrongRequest:
        """An error goes to the app only where its address is registered (RFC 6749 section 4.1.2.1)."""
        from limen.sso.oidc.clients import client_of  # noqa: PLC0415 -- Authlib, of which no start waits

        description = str(wrong.description or "")
        uri = str(getattr(wrong, "redirect_uri", "") or "")
        client = client_of(self._calls.call(None), wire.one("client_id"))
        if not uri or client is None or not client.check_redirect_uri(uri):
            uri = wire.one("redirect_uri")
            if client is None or not client.check_redirect_uri(uri) or wrong.error == "invalid_client":
                return WrongRequest("", wrong.error, description)
        told = {
            "error": wrong.error,
            "error_description": description,
            "state": wire.one("state"),
            "iss": self._calls.issuer,
        }
        return WrongRequest(_with_query(uri, told), wrong.error, description)

    def _error(self, asked: AuthorizationRequest, error: str, description: str = "") -> str:
        told = {"error": error, "error_description": description, "state": asked.state, "iss": self._calls.issuer}
        return _with_query(asked.redirect_uri, told)

    def _wants_new_proof(self, asked: AuthorizationRequest, session: Session) -> bool:
        age = self._calls.core.clock.now() - session.auth.at
        return bool(asked.prompts & {"login", "select_account"}) and age > claims.JUST_PROVED_SECONDS * 1000

    async def _needs_consent(self, asked: AuthorizationRequest, person: Person) -> bool:
        if asked.app.oidc is None or not asked.app.oidc.is_foreign:
            return False
        given = await self._calls.core.database.reading(
            lambda snapshot: store.consent(snapshot.connection, person.id, asked.app.id)
        )
        return not given.issuperset(asked.scopes)

    async def _code(self, asked: AuthorizationRequest, session: Session, person: Person, decision: str) -> str:
        def work(server: Server) -> ProtocolReply:
            flow = server.get_consent_grant(asked.wire, end_user=person)
            return server.create_authorization_response(  # type: ignore[no-any-return]
                server.create_oauth2_request(flow.request), grant_user=person, grant=flow
            )

        if asked.wire.one("request_uri") and not await self.pushed.take(asked.wire.one("request_uri")):
            return self._error(asked, "invalid_request_uri")
        reply, _ = await self._calls.served(work, session=session, person=person, decision=decision)
        return _with_query(reply.location, {"iss": self._calls.issuer})


def _with_query(uri: str, told: Mapping[str, str]) -> str:
    asked = urlencode({name: value for name, value in told.items() if value})
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{asked}"
