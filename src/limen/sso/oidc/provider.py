"""Limen as OpenID Connect provider: what the pages ask, from an app's request to the tokens that it gets.

Everything that is issued hangs on the sign-in session of a person. Before each code, each redemption, each refresh,
each userinfo and each introspection it is decided whether they may use this app *now*; a no is answered as the protocol
says it, and names its decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from limen.admission import network_of
from limen.events import Event, Outcome
from limen.facts import App, Person, Session
from limen.opaque import hash_of, new_token
from limen.pillar import Core, SignOn
from limen.policy.decision import UNAVAILABLE, Effect
from limen.sso.oidc import claims, store
from limen.sso.oidc.devices import INTERVAL_SECONDS, LIVES, Device, Devices, shown
from limen.sso.oidc.dpop import DpopProofs
from limen.sso.oidc.keys import Keys, kept_keys, kept_pairwise_secret
from limen.sso.oidc.protocol import ACCESS_TOKEN, CLIENT_METHODS, DEVICE, ProtocolReply, ProtocolRequest
from limen.sso.oidc.pushed import PushedRequests, is_too_long
from limen.storage import Snapshot, Transaction

if TYPE_CHECKING:
    from limen.sso.oidc.server import Call, Client, Server

ENTRY_POINT: Final = "oidc"
JUST_PROVED_SECONDS: Final = 60
"""What `prompt=login` accepts as a new proof, and the smallest `max_age` (0 means the same): one that was given on the
way here. With less nobody ever arrives.
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A good authorization request (OpenID Connect Core section 3.1.2.1). `wire` is it as it came."""

    wire: ProtocolRequest
    app: App
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    max_age: int | None
    strength: int


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
    `refused`: the decision that said no. `needs_consent`: they have not yet agreed to what the app wants to know.
    """

    location: str = ""
    prove_again: bool = False
    refused: bool = False
    needs_consent: bool = False
    decision: str = ""


@dataclass(frozen=True, slots=True)
class _Decided:
    """Who may use an app now, or nobody; and the decision. `is_unavailable`: Limen can't tell at this moment."""

    session: Session | None = None
    person: Person | None = None
    id: str = ""
    is_unavailable: bool = False


class Provider:
    """The provider over what runs."""

    def __init__(self, core: Core, sign_on: SignOn, keys: Keys, pairwise: bytes) -> None:
        self._core = core
        self._sign_on = sign_on
        self._keys = keys
        self._pairwise = pairwise
        self.issuer = core.settings.public_url
        self.pushed = PushedRequests(core.clock)
        self.devices = Devices(core.clock)
        self._proofs = DpopProofs(core.clock, self.issuer)

    # The browser's way

    async def asked(self, wire: ProtocolRequest) -> AuthorizationRequest | WrongRequest:
        """The authorization request, held against the client's registration."""
        pushed = self._with_pushed(wire)
        if isinstance(pushed, WrongRequest):
            return pushed
        wire = pushed
        from limen.sso.oidc.server import OAuth2Error, Server  # noqa: PLC0415 -- Authlib, of which no start waits

        def work(snapshot: Snapshot) -> AuthorizationRequest | WrongRequest:
            server = Server(self._call(snapshot))
            try:
                flow = server.get_consent_grant(wire, end_user=None)
            except OAuth2Error as wrong:
                return self._wrong(wrong, wire)
            except ValueError:  # Authlib's, where its error would quote what no error may hold (RFC 6749 section 5.2)
                return WrongRequest("", "invalid_request", "")
            client: Client = flow.request.client
            return self._read(wire, client, flow.redirect_uri)

        return await self._core.database.reading(work)

    async def answer(self, asked: AuthorizationRequest, session: Session, person: Person, address: str) -> NextStep:
        """What comes next for this person, whom this app asks about. A code is made where nothing is in the way."""
        answer = self._sign_on.decide(ENTRY_POINT, asked.app, session, address, is_present=True)
        silent = "none" in asked.prompts
        auth = session.auth
        max_age = None if asked.max_age is None else max(asked.max_age, JUST_PROVED_SECONDS)
        is_weak = auth.strength < asked.strength or claims.is_old(auth, self._core.clock.now(), max_age)
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
        return NextStep(location=await self._code(asked, session, person), decision=answer.id)

    async def agree(self, asked: AuthorizationRequest, person: Person) -> None:
        """Keep that this person agrees: this app may learn what it asks for."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            scopes = store.consent(transaction.connection, person.id, asked.app.id) | set(asked.scopes)
            store.agree(transaction.connection, person.id, asked.app.id, scopes, now)
            details: dict[str, str | int | bool] = {"app": asked.app.id, "scope": " ".join(asked.scopes)}
            transaction.say(Event(at=now, kind="sso.consented", actor=person.id, subject=person.id, details=details))

        await self._core.database.writing(work)

    def refuse(self, asked: AuthorizationRequest, error: str) -> str:
        """Where the browser takes this error of the protocol."""
        return self._error(asked, error)

    # Programs' way

    async def token(self, wire: ProtocolRequest, proof: str) -> ProtocolReply:
        """RFC 6749 section 3.2: tokens for a code, a refresh token or a device, if this is so decided now.

        A proof is looked at for what was issued alone: strangers' proofs would cost time, and room among those seen.
        """
        secret = wire.one("code") if wire.one("grant_type") == "authorization_code" else wire.one("refresh_token")
        found = await self._core.database.reading(lambda snapshot: store.issued(snapshot.connection, hash_of(secret)))
        device = self.devices.of(wire.one("device_code")) if wire.one("grant_type") == DEVICE else None
        key = self._proofs.key_of(proof, "POST", "/oidc/token") if proof and (found or device) else ""
        if key is None:
            return ProtocolReply(400, {"error": "invalid_dpop_proof"})
        if device is not None:
            device.asks(self._core.clock.now())
            if device.sign_in or device.is_refused:
                self.devices.take(device)
            device = replace(device)  # as it is now: meanwhile its person may answer
        waited_for = device.sign_in if device and not device.is_over(self._core.clock.now()) else None
        decided = self._decided(found.sign_in if found else waited_for)
        if decided.is_unavailable:
            return _UNAVAILABLE
        session, person, decision = decided.session, decided.person, decided.id
        if found is not None and session is None:
            await self._end([found.sign_in.id])
        reply, call = await self._served(
            lambda server: server.create_token_response(wire), session=session, person=person, key=key, device=device
        )
        for sign_in in call.reused:
            self._say("sso.token_reused", sign_in, Outcome.FAILURE)
        if reply.status == 401 or reply.body.get("error") == "invalid_client":
            self._sign_on.tell("sso.client_refused", "invalid-client", wire.one("client_id"))
        if reply.body.get("error") in {"invalid_grant", "access_denied"} and decision:
            return replace(reply, body={**reply.body, "error_description": f"decision {decision}"})
        return reply

    async def revoke(self, wire: ProtocolRequest) -> ProtocolReply:
        """RFC 7009: the sign-in that this token belongs to ends, with everything that was issued for it."""
        reply, _ = await self._served(lambda server: server.create_endpoint_response("revocation", wire))
        return reply

    async def introspect(self, wire: ProtocolRequest) -> ProtocolReply:
        """RFC 7662: whether this token is good at this moment, for the client that it was issued to."""
        sign_in = await self._core.database.reading(lambda snapshot: self._sign_in_of(snapshot, wire.one("token")))
        decided = self._decided(sign_in)
        if decided.is_unavailable:
            return _UNAVAILABLE
        reply, _ = await self._served(
            lambda server: server.create_endpoint_response("introspection", wire),
            session=decided.session,
            person=decided.person,
        )
        return reply

    async def userinfo(self, token: str, scheme: str, proof: str, method: str) -> ProtocolReply:
        """OpenID Connect Core section 5.3: who this access token is about, if it is so decided now."""
        told = self._keys.claims(token, ACCESS_TOKEN)
        now = self._core.clock.now()
        if told is None or told.get("iss") != self.issuer or int(told.get("exp", 0)) * 1000 <= now:
            return _no_token()
        bound = str(told.get("cnf", {}).get("jkt", ""))
        if bound and (scheme != "dpop" or self._proofs.key_of(proof, method, "/oidc/userinfo", token) != bound):
            return _no_token()
        sign_in = await self._core.database.reading(
            lambda snapshot: store.sign_in_of(snapshot.connection, str(told.get("sid", "")))
        )
        app = self._core.known.apps.get(sign_in.app) if sign_in else None
        decided = self._decided(sign_in)
        if decided.is_unavailable:
            return _UNAVAILABLE
        person = decided.person
        if person is None or app is None or app.oidc is None or sign_in is None:
            return _no_token()
        subject = claims.subject(person.id, app, self._pairwise)
        return ProtocolReply(200, {"sub": subject, **claims.about(person, app.oidc, sign_in.scope.split())})

    async def push(self, wire: ProtocolRequest, address: str) -> ProtocolReply:
        """RFC 9126: an authorization request, sent by the app itself before it sends the browser."""
        from limen.sso.oidc.server import OAuth2Error  # noqa: PLC0415 -- as above

        def check(server: Server) -> ProtocolReply:
            request = server.create_oauth2_request(wire)
            try:
                request.client = server.authenticate_client(request, list(CLIENT_METHODS), "token")
            except OAuth2Error as wrong:
                return server.handle_error_response(request, wrong)  # type: ignore[no-any-return]
            if wire.one("request_uri") or is_too_long(wire):
                return ProtocolReply(400, {"error": "invalid_request"})
            named = {name: values for name, values in wire.form.items() if name != "client_secret"}
            asking = ProtocolRequest("GET", "/oidc/authorize", {**named, "client_id": [request.client.app.id]})
            try:
                server.get_consent_grant(asking, end_user=None)
            except OAuth2Error as wrong:
                return ProtocolReply(400, {"error": wrong.error, "error_description": str(wrong.description)})
            except ValueError:
                return ProtocolReply(400, {"error": "invalid_request"})
            client: Client = request.client
            is_proved = not client.oidc.is_public  # anybody can say that they are a public one
            source = client.app.id if is_proved else network_of(address)
            uri, seconds = self.pushed.keep(asking, source, is_proved=is_proved)
            return ProtocolReply(201, {"request_uri": uri, "expires_in": seconds})

        reply, _ = await self._served(check)
        return reply

    async def begin_device(self, wire: ProtocolRequest, address: str) -> ProtocolReply:
        """RFC 8628 section 3.2: the codes of a device, with which one of them its person is to type where.

        There is no `verification_uri_complete`: a link that has the code in it is what a stranger would send.
        """
        from limen.sso.oidc.server import OAuth2Error  # noqa: PLC0415 -- as above

        def check(server: Server) -> ProtocolReply:
            request = server.create_oauth2_request(wire)
            try:
                client = server.authenticate_client(request, list(CLIENT_METHODS), "token")
            except OAuth2Error as wrong:
                return server.handle_error_response(request, wrong)  # type: ignore[no-any-return]
            app, scope = client.app.id, client.get_allowed_scope(wire.one("scope"))
            if not client.oidc.may_use_devices:
                return ProtocolReply(400, {"error": "unauthorized_client"})
            if "openid" not in scope.split():
                return ProtocolReply(400, {"error": "invalid_scope"})
            return ProtocolReply(200, {"app": app, "scope": scope})

        reply, _ = await self._served(check)
        if reply.status != 200:
            return reply
        begun = self.devices.begin(str(reply.body["app"]), str(reply.body["scope"]), address)
        if begun is None:
            return ProtocolReply(429, {"error": "slow_down"})
        code, device = begun
        told = {"device_code": code, "user_code": shown(device.user_code), "verification_uri": f"{self.issuer}/device"}
        return ProtocolReply(200, {**told, "expires_in": LIVES // 1_000, "interval": INTERVAL_SECONDS})

    def let_device(self, device: Device, session: Session, address: str) -> tuple[Effect, str]:
        """Decide whether this person may use the device's app, and let the device in where they may; the decision."""
        app = self._core.known.apps.get(device.app)
        if app is None or app.oidc is None or not app.oidc.may_use_devices:
            return Effect.DENY, ""
        answer = self._sign_on.decide(ENTRY_POINT, app, session, address, is_present=True)
        if answer.effect is Effect.PERMIT and answer.session is not None:
            self.devices.agree(device, answer.session)
            self._say_device("sso.device_let_in", device, session)
            return Effect.PERMIT, answer.id
        return (Effect.DENY if answer.effect is Effect.PERMIT else answer.effect), answer.id

    def refuse_device(self, device: Device, session: Session) -> None:
        """The person did not begin this: the device is told no, and it is journaled where it came from."""
        device.is_refused = True
        self._say_device("sso.device_refused", device, session)

    def key_set(self) -> Mapping[str, Any]:
        """The public keys (RFC 7517)."""
        return self._keys.published()

    def sign_out_target(self, hint: str, client_id: str, uri: str) -> tuple[str, str]:
        """Of a sign-out that an app began (RP-Initiated Logout 1.0): the sign-in in its hint, and where to go on.

        Each is "" where it does not hold: an address that is not registered is never gone to.
        """
        told = self._keys.claims(hint, "JWT") if hint else None
        named = str(told.get("aud", "")) if told else client_id
        app = self._core.known.apps.get(named)
        if app is None or app.oidc is None or (told and client_id and client_id != named):
            return "", ""
        sign_in_id = str(told.get("sid", "")) if told else ""
        return sign_in_id, uri if uri in app.oidc.post_logout_uris else ""

    async def sign_ins_at(self, app_id: str) -> list[store.AppSignIn]:
        """Who is signed in at this app now, the newest first."""
        held = await self._core.database.reading(lambda s: store.open_sign_ins(s.connection, app=app_id))
        return held[::-1]

    def told_of(self, person: Person, app: App) -> Mapping[str, Any]:
        """What this app would be told of this person if it asked for all that it is registered for."""
        if app.oidc is None:
            return {}
        return {"sub": self.subject(person.id, app), **claims.about(person, app.oidc, app.oidc.scopes)}

    # Secrets and keys

    async def new_secret(self, app_id: str, by: str, overlap: int) -> str:
        """A new secret for this client, told once; the others count for another `overlap` milliseconds."""
        secret, now = new_token(), self._core.clock.now()

        def work(transaction: Transaction) -> None:
            store.add_secret(transaction.connection, app_id, hash_of(secret), now, now + max(overlap, 1))
            transaction.say(Event(at=now, kind="sso.secret_made", actor=by, details={"app": app_id}))

        await self._core.database.writing(work)
        return secret

    async def keep_up(self) -> None:
        """Renew keys in time, and forget what is over."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> Keys:
            store.forget(transaction.connection, now)
            return kept_keys(transaction, self._core.keyring, now)

        renewed = await self._core.database.writing(work)
        if renewed.ids != self._keys.ids:
            self._keys = renewed

    @property
    def keys(self) -> Keys:
        return self._keys

    def subject(self, person_id: str, app: App) -> str:
        """Who somebody is to this app."""
        return claims.subject(person_id, app, self._pairwise)

    # Inside

    def _call(
        self, transaction: Any, session: Session | None = None, person: Person | None = None, key: str = ""
    ) -> Call:
        from limen.sso.oidc.server import Call  # noqa: PLC0415 -- as above

        return Call(
            transaction=transaction,
            now=self._core.clock.now(),
            issuer=self.issuer,
            keys=self._keys,
            apps=self._core.known.apps,
            pairwise=self._pairwise,
            person=person,
            session=session,
            key=key,
        )

    async def _served(
        self,
        work: Callable[[Server], ProtocolReply],
        session: Session | None = None,
        person: Person | None = None,
        key: str = "",
        device: Device | None = None,
    ) -> tuple[ProtocolReply, Call]:
        from limen.sso.oidc.server import Server  # noqa: PLC0415 -- as above

        def in_transaction(transaction: Transaction) -> tuple[ProtocolReply, Call]:
            server = Server(self._call(transaction, session, person, key))
            server.call.device = device
            return work(server), server.call

        try:
            return await self._core.database.writing(in_transaction)
        except ValueError:  # as above: nothing was done
            return ProtocolReply(400, {"error": "invalid_request"}), self._call(None, session, person, key)

    def _decided(self, sign_in: store.AppSignIn | None) -> _Decided:
        """Whether the person of this sign-in may use its app now."""
        known = self._core.known
        session = known.sessions.get(sign_in.session_id) if sign_in else None
        app = known.apps.get(sign_in.app) if sign_in else None
        if sign_in is None or session is None or app is None or sign_in.ended_at:
            return _Decided()
        answer = self._sign_on.decide(ENTRY_POINT, app, session, session.address, is_present=False)
        person = known.people.get(session.person_id)
        if answer.effect is not Effect.PERMIT or answer.session is None or person is None:
            return _Decided(id=answer.id, is_unavailable=answer.word in UNAVAILABLE)
        return _Decided(answer.session, person, answer.id)

    def _sign_in_of(self, snapshot: Snapshot, token: str) -> store.AppSignIn | None:
        found = store.issued(snapshot.connection, hash_of(token))
        if found is not None:
            return found.sign_in
        told = self._keys.claims(token, ACCESS_TOKEN)
        return store.sign_in_of(snapshot.connection, str(told.get("sid", ""))) if told else None

    async def _end(self, sign_in_ids: list[str]) -> None:
        now = self._core.clock.now()
        await self._core.database.writing(lambda transaction: store.end(transaction.connection, sign_in_ids, now))

    def _with_pushed(self, wire: ProtocolRequest) -> ProtocolRequest | WrongRequest:
        """The request itself, or the one that was pushed before. Both at once is none (RFC 9126 section 4)."""
        uri = wire.one("request_uri")
        if wire.one("request"):
            return WrongRequest("", "request_not_supported", "Request objects are not read.")
        if not uri:
            return wire
        kept = self.pushed.look(uri, wire.one("client_id"))
        return kept or WrongRequest("", "invalid_request_uri", "The request was used before, or took too long.")

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
        )
        if "openid" not in scopes:
            return WrongRequest(self._error(asked, "invalid_scope"), "invalid_scope", "openid is missing")
        is_odd = ("none" in prompts and len(prompts) > 1) or (max_age and asked.max_age is None)
        if is_odd or wire.one("response_mode") not in {"", "query"}:
            return WrongRequest(self._error(asked, "invalid_request"), "invalid_request", "")
        return asked

    def _wrong(self, wrong: Any, wire: ProtocolRequest) -> WrongRequest:
        """An error goes to the app only where its address is registered (RFC 6749 section 4.1.2.1)."""
        from limen.sso.oidc.server import client_of  # noqa: PLC0415 -- as above

        description = str(wrong.description or "")
        uri = str(getattr(wrong, "redirect_uri", "") or "")
        client = client_of(self._call(None), wire.one("client_id"))
        if not uri or client is None or not client.check_redirect_uri(uri):
            uri = wire.one("redirect_uri")
            if client is None or not client.check_redirect_uri(uri) or wrong.error == "invalid_client":
                return WrongRequest("", wrong.error, description)
        told = {"error": wrong.error, "error_description": description, "state": wire.one("state"), "iss": self.issuer}
        return WrongRequest(_with_query(uri, told), wrong.error, description)

    def _error(self, asked: AuthorizationRequest, error: str, description: str = "") -> str:
        told = {"error": error, "error_description": description, "state": asked.state, "iss": self.issuer}
        return _with_query(asked.redirect_uri, told)

    def _wants_new_proof(self, asked: AuthorizationRequest, session: Session) -> bool:
        age = self._core.clock.now() - session.auth.at
        return bool(asked.prompts & {"login", "select_account"}) and age > JUST_PROVED_SECONDS * 1000

    async def _needs_consent(self, asked: AuthorizationRequest, person: Person) -> bool:
        if asked.app.oidc is None or not asked.app.oidc.is_foreign:
            return False
        given = await self._core.database.reading(
            lambda snapshot: store.consent(snapshot.connection, person.id, asked.app.id)
        )
        return not given.issuperset(asked.scopes)

    async def _code(self, asked: AuthorizationRequest, session: Session, person: Person) -> str:
        def work(server: Server) -> ProtocolReply:
            flow = server.get_consent_grant(asked.wire, end_user=person)
            return server.create_authorization_response(  # type: ignore[no-any-return]
                server.create_oauth2_request(flow.request), grant_user=person, grant=flow
            )

        if asked.wire.one("request_uri") and not self.pushed.take(asked.wire.one("request_uri")):
            return self._error(asked, "invalid_request_uri")
        reply, _ = await self._served(work, session=session, person=person)
        return _with_query(reply.location, {"iss": self.issuer})

    def _say_device(self, kind: str, device: Device, session: Session) -> None:
        details: dict[str, str | int | bool] = {"app": device.app, "device_address": device.address}
        at, who = self._core.clock.now(), session.person_id
        self._core.journal.record(Event(at=at, kind=kind, actor=who, subject=who, session=session.id, details=details))

    def _say(self, kind: str, sign_in: store.AppSignIn, outcome: Outcome) -> None:
        details: dict[str, str | int | bool] = {"app": sign_in.app}
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind=kind,
                outcome=outcome,
                subject=sign_in.person_id,
                session=sign_in.session_id,
                details=details,
            )
        )


_UNAVAILABLE: Final = ProtocolReply(503, {"error": "temporarily_unavailable"})
"""Limen can't decide at this moment. What was sent is neither spent nor ended: it counts again when Limen is back."""


def _no_token() -> ProtocolReply:
    return ProtocolReply(401, {"error": "invalid_token"}, (("WWW-Authenticate", 'Bearer error="invalid_token"'),))


def _with_query(uri: str, told: Mapping[str, str]) -> str:
    asked = urlencode({name: value for name, value in told.items() if value})
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{asked}"


async def build(core: Core, sign_on: SignOn) -> Provider:
    """The provider, with keys that were made where there were none."""

    def work(transaction: Transaction) -> tuple[Keys, bytes]:
        now = core.clock.now()
        return kept_keys(transaction, core.keyring, now), kept_pairwise_secret(transaction, core.keyring, now)

    return Provider(core, sign_on, *await core.database.writing(work))
