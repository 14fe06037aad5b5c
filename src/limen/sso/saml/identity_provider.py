"""Limen as SAML 2.0 identity provider: from an app's request to the response that signs somebody in.

Before each assertion it is decided whether this person may use this app *now*. Nothing that an app sends loosens that,
and nothing is sent to an address that is not registered.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from limen.clock import HOUR, Instant
from limen.facts import App, Person, Session
from limen.facts.service_provider import EMAIL, ServiceProvider
from limen.opaque import new_id
from limen.pillar import Core, SignOn
from limen.policy.decision import UNAVAILABLE, Effect
from limen.sso import sign_ins
from limen.sso.kept_requests import KeptRequests, of_an_app
from limen.sso.oidc.claims import JUST_PROVED_SECONDS, is_old
from limen.sso.saml import contexts, names, person as person_told, store
from limen.sso.saml.arrived import Arrived, WrongMessageError, from_app
from limen.sso.saml.keys import SamlKeys, held_keys, kept_keys
from limen.sso.saml.requests import SignInRequest
from limen.sso.seen_once import SeenOfEach
from limen.sso.sign_ins import AppSignIn
from limen.storage import Transaction

if TYPE_CHECKING:
    from limen.sso.saml.responses import Envelope, Told

ENTRY_POINT: Final = "saml"
WAITS_SECONDS: Final = 600
"""How long a request waits for its person to sign in."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the browser posts to an app: the field `SAMLResponse`, and its relay state."""

    url: str
    document: bytes
    relay_state: str

    @property
    def written(self) -> str:
        """The value of that field."""
        return b64encode(self.document).decode()


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next for somebody who is signed in: one of these.

    `posted`: back to the app, with an assertion or a refusal. `prove_again`: a stronger or newer proof, for that
    decision. `refused`: the decision that said no. `unavailable`: why none can be taken at this moment. `is_over`: the
    request was answered before.
    """

    posted: Posted | None = None
    prove_again: bool = False
    refused: bool = False
    unavailable: str = ""
    is_over: bool = False
    decision: str = ""


class IdentityProvider:
    """The provider over what runs. `waiting` are requests whose person has to do something first."""

    def __init__(self, core: Core, sign_on: SignOn, keys: SamlKeys, secret: bytes) -> None:
        self._core = core
        self._sign_on = sign_on
        self._secret = secret
        self._answered = SeenOfEach(core.database.kept_briefly, "saml answered")
        self.keys = keys
        origin = core.settings.public_url
        self.entity_id = f"{origin}/saml/metadata"
        self.sign_in_url = f"{origin}/saml/sign-in"
        self.sign_out_url = f"{origin}/saml/sign-out"
        self.waiting: KeptRequests[SignInRequest] = KeptRequests(
            core.database.kept_briefly,
            "saml sign-in",
            of_an_app(SignInRequest, lambda: core.known.apps, lambda app: app.saml),
            WAITS_SECONDS,
        )

    # What apps ask

    def asked(self, arrive: Callable[[], Arrived]) -> SignInRequest:
        """The request for a sign-in that arrives, held against its app's registration.

        Raises WrongMessageError: such a request is answered to nobody.
        """
        try:
            return self._read(arrive())
        except WrongMessageError as wrong:
            self._sign_on.tell("sso.client_refused", "invalid-request", str(wrong), wrong.app)
            raise

    def _read(self, arrived: Arrived) -> SignInRequest:
        from limen.sso.saml import messages  # noqa: PLC0415 -- lxml and xmlsec, of which no start waits

        if arrived.name != "SAMLRequest":
            raise WrongMessageError("it is not a request")
        message = messages.read(arrived, "AuthnRequest")
        app, provider = self.app_called(message.issuer)
        with from_app(app):
            is_signed = messages.checked(message, arrived, provider, self.sign_in_url, self._core.clock.now())
            if provider.signs_requests and not is_signed:
                raise WrongMessageError("it is not signed")
            return messages.sign_in_request(message, app, arrived.relay_state)

    def begun_here(self, app_id: str) -> SignInRequest | None:
        """A sign-in that begins here (IdP-initiated), None where the app does not take those."""
        app = self._core.known.apps.get(app_id)
        if app is None or app.saml is None or not app.saml.may_begin_here:
            return None
        return SignInRequest(app, "", app.saml.consumers[0].url, app.saml.start)

    def begun_elsewhere(self, asked: SignInRequest) -> None:
        """Another site would begin a sign-in at this app (login CSRF). It is journaled."""
        self._sign_on.tell("sso.client_refused", "begun-elsewhere", asked.app.id)

    def app_called(self, entity_id: str) -> tuple[App, ServiceProvider]:
        """The app of this entity ID. Raises WrongMessageError."""
        for app in self._core.known.apps.values():
            if app.saml is not None and app.saml.entity_id == entity_id:
                return app, app.saml
        raise WrongMessageError("it is from an app that is not registered")

    # What they are answered

    async def answer(self, asked: SignInRequest, session: Session, person: Person, address: str) -> NextStep:
        """What comes next for this person, whom this app asks about: an assertion where nothing is in the way.

        A request that waited while its app was registered anew is over.
        """
        app = self._core.known.apps.get(asked.app.id)
        is_answered = asked.id and await self._answered.holds(f"{asked.app.id} {asked.id}")
        if is_answered or app is None or app.saml != asked.app.saml:
            return self._over(asked)
        answer = self._sign_on.decide(ENTRY_POINT, app, session, address, is_present=True)
        if answer.word in UNAVAILABLE:
            if asked.is_passive:
                return await self._refuse(asked, "", answer.id)
            return NextStep(unavailable=answer.word, decision=answer.id)
        if answer.effect is Effect.DENY or (answer.effect is Effect.PERMIT and answer.session is None):
            if asked.is_passive:
                return await self._refuse(asked, names.DENIED, answer.id)
            return NextStep(refused=True, decision=answer.id)
        impossible = self._impossible(asked, person)
        if impossible:
            return await self._refuse(asked, impossible, answer.id)
        if answer.effect is Effect.CHALLENGE or self._is_too_weak(asked, session):
            if asked.is_passive:
                return await self._refuse(asked, names.NO_PASSIVE, answer.id)
            return NextStep(prove_again=True, decision=answer.id if answer.effect is Effect.CHALLENGE else "")
        return await self._assert(asked, session, person, answer.id)

    async def nobody(self, asked: SignInRequest) -> NextStep:
        """The answer to an app that wants nobody to be asked anything (`IsPassive`), where nobody is signed in."""
        return await self._refuse(asked, names.NO_PASSIVE, "")

    # What is told of it

    def metadata(self) -> bytes:
        """What apps read of Limen."""
        from limen.sso.saml.metadata import metadata  # noqa: PLC0415 -- as above

        return metadata(self.entity_id, self.sign_in_url, self.sign_out_url, self.keys)

    def name_in(self, sign_in: AppSignIn, app: App) -> str:
        """Who this app was told that it is: an app looks for its sign-in by that name, whatever is changed later.

        Of a sign-in from before names were kept it is the name of now; "" where its person is gone.
        """
        person = self._core.known.people.get(sign_in.person_id)
        if sign_in.name_id or person is None:
            return sign_in.name_id
        return self._name_of(person, app, sign_in.scope, sign_in.id)

    def envelope(self, destination: str, in_response_to: str) -> Envelope:
        """What every message of ours has."""
        from limen.sso.saml.responses import Envelope  # noqa: PLC0415 -- as above

        now = self._core.clock.now()
        return Envelope(self.entity_id, destination, in_response_to, now, self.keys.signing(now))

    # Keys

    async def keep_up(self) -> None:
        """Forget keys that are over."""
        now, name = self._core.clock.now(), self._core.settings.name
        await self._core.write(lambda t: kept_keys(t, self._core.keyring, now, name))

    def follow(self) -> None:
        """Sign with and publish the keys that are kept, whoever changes them; called before anything is read."""
        keyring, feed = self._core.keyring, self._core.feed
        feed.at_start(lambda snapshot: held_keys(snapshot, keyring), self._take)
        feed.on(
            store.KEYS_CHANGED,
            lambda snapshot, _all: held_keys(snapshot, keyring),
            lambda _all, found: self._take(found),
        )

    # Inside

    def _take(self, kept: SamlKeys) -> None:
        self.keys = kept

    def _name_of(self, person: Person, app: App, name_format: str, sign_in_id: str) -> str:
        return person_told.name_of(person, app, name_format, self._secret, sign_in_id)

    def _impossible(self, asked: SignInRequest, person: Person) -> str:
        """Why this person can't be named to this app as it asks for, whatever they prove; "" where they can."""
        provider = _provider(asked.app)
        name_format = None if asked.name_format is None else person_told.format_for(provider, asked.name_format)
        if name_format is None or (name_format == EMAIL and not person.email):
            return names.WRONG_NAME_ID
        if asked.subject and asked.subject != self._name_of(person, asked.app, name_format, ""):
            return names.UNKNOWN_PERSON
        if asked.classes is None or contexts.strength_wanted(asked.classes, asked.comparison) is None:
            return names.NO_CONTEXT
        return ""

    def _is_too_weak(self, asked: SignInRequest, session: Session) -> bool:
        wanted = contexts.strength_wanted(asked.classes or (), asked.comparison) or 0
        is_too_old = asked.wants_new_proof and is_old(session.auth, self._core.clock.now(), JUST_PROVED_SECONDS)
        return session.auth.strength < wanted or is_too_old

    async def _assert(self, asked: SignInRequest, session: Session, person: Person, decision: str) -> NextStep:
        from limen.sso.saml import responses  # noqa: PLC0415 -- as above

        now, provider = self._core.clock.now(), _provider(asked.app)
        if not await self._is_first(asked, person, now):
            return self._over(asked)
        name_format = person_told.format_for(provider, asked.name_format or "") or provider.name_id
        sign_in_id = new_id("g")
        name = self._name_of(person, asked.app, name_format, sign_in_id)
        sign_in = AppSignIn(
            sign_in_id, asked.app.id, person.id, session.id, name_format, now, decision=decision, name_id=name
        )
        told = self._told(asked, sign_in, session, person)
        envelope = self.envelope(asked.consumer, asked.id)
        document = await asyncio.to_thread(responses.signed_in, envelope, provider, told)

        def work(transaction: Transaction) -> None:
            sign_ins.end(transaction.connection, sign_ins.one_too_many(transaction.connection, sign_in), now)
            sign_ins.add(transaction.connection, sign_in)

        await self._core.database.writing(work)
        sign_ins.say_begun(self._core, sign_in, ENTRY_POINT, session)
        return NextStep(Posted(asked.consumer, document, asked.relay_state), decision=decision)

    def _told(self, asked: SignInRequest, sign_in: AppSignIn, session: Session, person: Person) -> Told:
        """What is said of a person in a sign-in. The format of the name is kept as the sign-in's scope."""
        from limen.sso.saml.responses import Told  # noqa: PLC0415 -- as above

        return Told(
            name=sign_in.name_id,
            name_format=sign_in.scope,
            attributes=person_told.attributes_of(person, _provider(asked.app)),
            context=contexts.stated(session.auth, asked.classes or (), asked.comparison),
            proved_at=session.auth.at,
            session_index=sign_in.id,
            until=session.expires_at,
        )

    async def _refuse(self, asked: SignInRequest, detail: str, decision: str) -> NextStep:
        from limen.sso.saml import responses  # noqa: PLC0415 -- as above

        fault = names.REQUESTER if detail in {names.WRONG_NAME_ID, names.NO_CONTEXT} else names.RESPONDER
        envelope = self.envelope(asked.consumer, asked.id)
        message = f"decision {decision}" if decision else ""
        document = await asyncio.to_thread(responses.refused, envelope, fault, detail, message)
        return NextStep(Posted(asked.consumer, document, asked.relay_state), decision=decision)

    def _over(self, asked: SignInRequest) -> NextStep:
        self._sign_on.tell("sso.client_refused", "answered-before", asked.app.id)
        return NextStep(is_over=True)

    async def _is_first(self, asked: SignInRequest, person: Person, now: Instant) -> bool:
        """Whether no assertion was made for this request. It is known for longer than it could be taken."""
        if not asked.id:
            return True
        return await self._answered.is_first(f"{asked.app.id} {asked.id}", person.id, now + HOUR)


def _provider(app: App) -> ServiceProvider:
    assert app.saml is not None  # noqa: S101 -- a request is made for such an app alone
    return app.saml


async def build(core: Core, sign_on: SignOn, secret: bytes) -> IdentityProvider:
    """The provider, with a key that was made where there was none. `secret`: what people's names are made with."""
    now, name = core.clock.now(), core.settings.name
    keys = await core.database.writing(lambda transaction: kept_keys(transaction, core.keyring, now, name))
    provider = IdentityProvider(core, sign_on, keys, secret)
    provider.follow()
    return provider
