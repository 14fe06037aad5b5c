"""Limen as external authentication method of Microsoft Entra ID: from its request for a second factor to the answer.

Entra ID has a person's first factor, and asks for another by a browser (OpenID Connect's implicit flow, with a signed
hint of whom it means). Each answer is a decision about the app at that moment, rests on a proof that was given for this
request, and states no more than that. Facts from Microsoft's reference for external method providers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from limen.clock import DAY, SECOND, Milliseconds
from limen.events import Event
from limen.facts import App, Issuer, Person, Session
from limen.pillar import Core, SignOn
from limen.policy.decision import UNAVAILABLE, Effect
from limen.sso.entra import proof
from limen.sso.entra.person import person_meant
from limen.sso.entra.requests import FactorRequest, WrongRequestError, read
from limen.sso.kept_requests import KeptRequests, of_an_app
from limen.sso.oidc.provider import Provider
from limen.sso.seen_once import SeenOfEach
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.issuer_client import IssuerClient, Proof
from limen.sso.upstream.metadata import Metadata
from limen.sso.upstream.tokens import OLDEST, SKEW, TokenRefusedError

ENTRY_POINT: Final = "entra"
ALGORITHM: Final = "RS256"
"""What Entra ID verifies."""
WAITS_SECONDS: Final = 600
"""Entra ID forgets a request after about ten minutes."""
AHEAD: Final[Milliseconds] = 2 * DAY
"""How long a key is published before it signs: Entra ID looks for new ones once a day."""


class Outcome(StrEnum):
    """What somebody is told: `STATED`: Entra ID gets its answer. The others are refusals, and why."""

    STATED = "stated"
    REFUSED = "refused"
    SOMEBODY_ELSE = "somebody-else"
    NOT_OURS_TO_PROVE = "not-ours-to-prove"
    BY_AN_ISSUER = "by-an-issuer"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next for somebody who is signed in: one of these.

    `outcome` with the `fields` that are posted back to Entra ID. `prove_again`: a stronger or newer proof, for that
    decision. `is_over`: the request was answered before.
    """

    outcome: Outcome | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    prove_again: bool = False
    is_over: bool = False
    decision: str = ""


class ExternalMethod:
    """The method over what runs. `waiting` are requests whose person has to do something first."""

    def __init__(self, core: Core, sign_on: SignOn, provider: Provider) -> None:
        self._core = core
        self._sign_on = sign_on
        self._provider = provider
        self._clients: dict[Issuer, IssuerClient] = {}
        self._answered = SeenOfEach(core.database.kept_briefly, "entra answered")
        self.issuer = f"{core.settings.public_url}/entra"
        self.waiting: KeptRequests[FactorRequest] = KeptRequests(
            core.database.kept_briefly,
            "entra",
            of_an_app(FactorRequest, lambda: core.known.apps, lambda app: app.entra),
            WAITS_SECONDS,
        )

    # What Entra ID finds before it asks

    def configuration(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 section 3, as an issuer of its own: no token for an app is ever from it."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "jwks_uri": f"{self.issuer}/keys",
            "scopes_supported": ["openid"],
            "response_types_supported": ["id_token"],
            "response_modes_supported": ["form_post"],
            "grant_types_supported": ["implicit"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "claim_types_supported": ["normal"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "acr", "amr"],
            "claims_parameter_supported": True,
        }

    def key_set(self) -> dict[str, Any]:
        """The keys that answers are signed with, each with the certificate that Entra ID wants."""
        return self._provider.keys.certified(ALGORITHM)

    # What it asks

    async def asked(self, form: Mapping[str, Sequence[str]]) -> FactorRequest:
        """The request in this form, its hint verified. Raises WrongRequestError: such a one is answered to nobody."""
        try:
            return await self._read(form)
        except WrongRequestError as wrong:
            apps, named = self._core.known.apps.values(), list(form.get("client_id", ()))
            app = next((one.id for one in apps if one.entra and [one.entra.client_id] == named), "")
            self._sign_on.tell("sso.client_refused", "invalid-request", f"Entra ID: {wrong.word}", app)
            raise

    async def _read(self, form: Mapping[str, Sequence[str]]) -> FactorRequest:
        now = self._core.clock.now()
        asked = read(form, self._core.known.apps)
        try:
            claims = await self._client(asked.app).hint(asked.hint)
        except TokenRefusedError as refused:
            raise WrongRequestError(f"hint-{refused.word}") from None
        except IssuerError as failed:
            raise WrongRequestError(f"keys-{failed.word}") from None
        if claims.get("tid") != _tenant_id(asked.app):
            raise WrongRequestError("hint-tenant-wrong")
        return FactorRequest(asked.app, asked.nonce, asked.state, asked.wanted, claims, now, asked.request_id)

    # What it is answered

    async def answer(self, asked: FactorRequest, session: Session, person: Person, address: str) -> NextStep:
        """What comes next for this person, who is signed in here; whom Entra ID means is looked at anew.

        A request that waited while its app was registered anew is over.
        """
        app = self._core.known.apps.get(asked.app.id)
        is_over = app is None or app.entra != asked.app.entra or await self._answered.holds(asked.name)
        if app is None or app.entra is None or is_over:
            self._sign_on.tell("sso.client_refused", "answered-before", asked.app.id)
            return NextStep(is_over=True)
        meant = person_meant(asked.claims, app.entra, list(self._core.known.people.values()))
        if meant is None or meant.id != person.id:
            self._sign_on.tell("sso.client_refused", "invalid-request", "Entra ID: somebody-else", asked.app.id)
            return await self._refuse(asked, Outcome.SOMEBODY_ELSE, person)
        answer = self._sign_on.decide(ENTRY_POINT, app, session, address, is_present=True)
        if answer.word in UNAVAILABLE:
            return await self._refuse(asked, Outcome.UNAVAILABLE, person, answer.id)
        if answer.effect is Effect.DENY or (answer.effect is Effect.PERMIT and answer.session is None):
            return await self._refuse(asked, Outcome.REFUSED, person, answer.id)
        if not asked.wanted.is_possible:
            return await self._refuse(asked, Outcome.NOT_OURS_TO_PROVE, person, answer.id)
        is_fresh, (acr, amr) = proof.is_fresh(session.auth, asked.at), proof.stated(session.auth, asked.wanted)
        if answer.effect is Effect.CHALLENGE or not is_fresh or not acr:
            if is_fresh and proof.rests_on_issuer(session.auth):
                return await self._refuse(asked, Outcome.BY_AN_ISSUER, person, answer.id)
            return NextStep(prove_again=True, decision=answer.id if answer.effect is Effect.CHALLENGE else "")
        return await self._state(asked, person, session, acr, amr, answer.id)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    # Inside

    async def _state(
        self, asked: FactorRequest, person: Person, session: Session, acr: str, amr: str, decision: str
    ) -> NextStep:
        now = self._core.clock.now()
        if not await self._is_first(asked, person):
            return NextStep(is_over=True)
        said = {
            "iss": self.issuer,
            "aud": _client_id(asked.app),
            "sub": asked.subject,
            "iat": now // SECOND,
            "exp": (now + proof.LIVES) // SECOND,
            "nonce": asked.nonce,
            "acr": acr,
            "amr": [amr],
        }
        token = self._provider.keys.sign(said, ALGORITHM, now, ahead=AHEAD)
        details: dict[str, str | int | bool] = {"app": asked.app.id, "acr": acr, "amr": amr, "decision": decision}
        event = Event(
            at=now,
            kind="sso.second_factor_stated",
            actor=person.id,
            subject=person.id,
            session=session.id,
            details={**details, **({"request": asked.request_id} if asked.request_id else {})},
        )
        await self._core.database.writing(lambda transaction: transaction.say(event))
        return NextStep(Outcome.STATED, _with_state(asked, {"id_token": token}), decision=decision)

    async def _refuse(self, asked: FactorRequest, outcome: Outcome, person: Person, decision: str = "") -> NextStep:
        """The contract's error (OAuth 2.0 section 4.2.2.1). It is answered once: who was refused begins anew."""
        is_passing = outcome is Outcome.UNAVAILABLE
        if not is_passing and not await self._is_first(asked, person):
            return NextStep(is_over=True)
        error = "temporarily_unavailable" if is_passing else "access_denied"
        return NextStep(outcome, _with_state(asked, {"error": error}), decision=decision)

    async def _is_first(self, asked: FactorRequest, person: Person) -> bool:
        """Whether nothing was answered to this request. It is known for longer than its hint could be taken."""
        now = self._core.clock.now()
        return await self._answered.is_first(asked.name, person.id, now + OLDEST + WAITS_SECONDS * SECOND + 2 * SKEW)

    def _client(self, app: App) -> IssuerClient:
        """What reads the keys of this app's tenant. Tenants are the company's own, so there are few."""
        tenant = app.entra
        assert tenant is not None  # noqa: S101 -- a request is made for such an app alone
        issuer = Issuer(id=app.id, name=app.name, url=tenant.issuer, client_id=tenant.client_id)
        if issuer not in self._clients:
            fetching = Fetching(issuer.url, self._sign_on.resolver)
            self._clients[issuer] = IssuerClient(issuer, fetching, self._core.clock, _unproved)
        return self._clients[issuer]


def _tenant_id(app: App) -> str:
    return app.entra.tenant if app.entra is not None else ""


def _client_id(app: App) -> str:
    return app.entra.client_id if app.entra is not None else ""


def _with_state(asked: FactorRequest, fields: dict[str, str]) -> dict[str, str]:
    return {**fields, **({"state": asked.state} if asked.state else {})}


def _unproved(_metadata: Metadata) -> Awaitable[Proof]:
    """Limen proves itself nowhere here: public documents are all that is read."""
    raise IssuerError("no-secret")


def build(core: Core, sign_on: SignOn, provider: Provider) -> ExternalMethod:
    return ExternalMethod(core, sign_on, provider)
