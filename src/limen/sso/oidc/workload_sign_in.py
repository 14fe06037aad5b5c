"""Tokens for workloads: a program proves itself by its key, it is decided, and only then a token is made.

A workload is decided on as its other tokens are: it is itself, with one factor, and nobody is there. Where it acts for
a person, their facts decide as ever, and the workload has to be permitted besides.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from limen.clock import HOUR, MINUTE, SECOND, Instant
from limen.errors import LimenError
from limen.events import Event
from limen.facts import Auth, Session
from limen.opaque import new_id
from limen.pillar import WorkloadTokens
from limen.policy.decision import UNAVAILABLE, Effect
from limen.rate_limit import RateLimit
from limen.sso.oidc import claims
from limen.sso.oidc.calls import ENTRY_POINT, TEMPORARILY_UNAVAILABLE, Calls, Decided
from limen.sso.oidc.dpop import DpopProofs
from limen.sso.oidc.protocol import (
    ACCESS_TOKEN,
    ISSUED_ACCESS_TOKEN,
    TOKEN_PATH,
    ProtocolReply,
    ProtocolRequest,
)
from limen.sso.oidc.workload_store import WorkloadSignIn

if TYPE_CHECKING:
    from limen.sso.oidc.clients import Wanted

PER_SECOND: Final = 200
AT_ONCE: Final = 400
"""How many tokens one workload may ask for: as many as questions (AuthZEN)."""
EXCHANGE: Final = 10
"""How many of them one counts for that acts for a person: each is an event of its own, and folds into no other."""
GATEWAY_TOKEN_LIVES: Final = 5 * MINUTE
"""How long a token for an app behind the gateway counts, at most."""
_STRENGTH: Final = 1
"""One factor: that of having the key."""
_ROUNDED: Final = MINUTE


def gateway_token_name(thumbprint: str) -> str:
    """What the tokens are called that a workload got by the key with this thumbprint."""
    return f"by key {thumbprint}"


class WorkloadSignIns:
    """Answers workloads at the token endpoint, and decides about what they hold."""

    def __init__(self, calls: Calls, proofs: DpopProofs) -> None:
        self._calls = calls
        self._proofs = proofs
        self._asked = RateLimit(PER_SECOND, AT_ONCE)

    async def token(self, wire: ProtocolRequest, proof: str, address: str) -> ProtocolReply:
        """RFC 6749 section 4.4 and RFC 8693: a token, if this is so decided now."""
        reply, call = await self._calls.served(lambda server: server.create_token_response(wire), address=address)
        wanted = call.wanted
        if wanted is None or reply.status != 200:
            return reply
        if not self._asked.admits(wanted.workload.id, call.now, EXCHANGE if wanted.subject else 1):
            return ProtocolReply(429, {"error": "slow_down"})
        key = await self._proofs.key_of(proof, "POST", TOKEN_PATH, wanted.workload.id) if proof else ""
        if key is None:
            return ProtocolReply(400, {"error": "invalid_dpop_proof"})
        person = self._calls.decided(wanted.subject) if wanted.subject else None
        workload = self.decided(wanted.sign_in, call.now)
        decided = [one for one in (person, workload) if one is not None]
        if any(one.is_unavailable for one in decided):
            return TEMPORARILY_UNAVAILABLE
        refused = next((one for one in decided if one.person is None), None)
        if refused is not None:
            error = "invalid_request" if wanted.subject else "invalid_grant"  # RFC 8693 section 2.2.2
            told = {"error_description": f"decision {refused.id}"} if refused.id else {}
            return ProtocolReply(400, {"error": error, **told})
        if wanted.app.oidc is None:
            return await self._for_the_gateway(wanted, call.now, is_bound=bool(key))
        return self._issued(wanted, person, workload, key, call.now)

    def decided(self, sign_in: WorkloadSignIn, proved_at: Instant) -> Decided:
        """Whether this workload, which proved itself then, may use the app now."""
        known = self._calls.core.known
        workload, app = known.workloads.get(sign_in.workload_id), known.apps.get(sign_in.app)
        if workload is None or app is None or (app.oidc is None and not app.host):
            return Decided()
        session = _session(sign_in, proved_at)
        answer = self._calls.sign_on.decide(ENTRY_POINT, app, session, sign_in.address, is_present=False)
        if answer.effect is not Effect.PERMIT or answer.session is None:
            return Decided(id=answer.id, is_unavailable=answer.word in UNAVAILABLE)
        return Decided(answer.session, workload, answer.id)

    # Inside

    async def _for_the_gateway(self, wanted: Wanted, now: Instant, *, is_bound: bool) -> ProtocolReply:
        """A token that the gateway takes as it takes those of `limen token add`: for these actions, and decided each
        time. It is not signed: the gateway looks it up, so what ends it is known there at once.
        """
        if is_bound:
            return ProtocolReply(400, {"error": "invalid_dpop_proof"})  # the gateway looks at no proofs
        until = min(now + GATEWAY_TOKEN_LIVES, wanted.until * SECOND)
        tokens = self._calls.core.offers.take(WorkloadTokens)
        try:
            secret = await tokens.issue(
                wanted.workload.id,
                wanted.app.id,
                frozenset(wanted.scope.split()),
                until=until,
                name=gateway_token_name(wanted.sign_in.key),
            )
        except LimenError:
            return ProtocolReply(429, {"error": "slow_down"})
        seconds = (until - now) // SECOND
        told = {"access_token": secret, "token_type": "Bearer", "expires_in": seconds, "scope": wanted.scope}
        return ProtocolReply(200, told)

    def _issued(
        self, wanted: Wanted, person: Decided | None, workload: Decided, key: str, now: Instant
    ) -> ProtocolReply:
        app = wanted.app
        assert app.oidc is not None  # noqa: S101 -- its grants look
        at = now // SECOND
        ends = [at + app.oidc.tokens_minutes * 60]
        about: dict[str, Any] = {"sub": wanted.workload.id, "sid": wanted.sign_in.id}
        if wanted.subject is not None and person is not None and person.session is not None:
            ends += [wanted.until, self._calls.core.known.ends_at(person.session) // SECOND]
            about = {
                "sub": claims.subject(wanted.subject.person_id, app, self._calls.pairwise),
                "sid": wanted.subject.id,
                "scope": wanted.scope,
                "act": {"sub": wanted.workload.id, "sid": wanted.sign_in.id},
            }
            self._tell(wanted, person, workload, now)
        until = min(ends)
        told = {
            "iss": self._calls.issuer,
            **about,
            "aud": claims.audience(app, app.url, self._calls.issuer),
            "client_id": wanted.workload.id,
            "jti": new_id("j"),
            "iat": at,
            "exp": until,
            **({"cnf": {"jkt": key}} if key else {}),
        }
        body: dict[str, Any] = {
            "access_token": self._calls.keys.sign(told, "ES256", now, ACCESS_TOKEN),
            "token_type": "DPoP" if key else "Bearer",
            "expires_in": until - at,
        }
        if wanted.subject is not None:
            body |= {"issued_token_type": ISSUED_ACCESS_TOKEN, "scope": wanted.scope}
        return ProtocolReply(200, body)

    def _tell(self, wanted: Wanted, person: Decided, workload: Decided, now: Instant) -> None:
        """Both are in the journal: for whom, who acts, and the decisions about either."""
        assert person.session is not None  # noqa: S101 -- it was permitted
        details: dict[str, str | int | bool] = {
            "app": wanted.app.id,
            "decision": person.id,
            "decision_about_workload": workload.id,
        }
        self._calls.core.journal.record(
            Event(
                at=now,
                kind="sso.acted_for",
                actor=wanted.workload.id,
                subject=person.session.person_id,
                session=person.session.id,
                details=details,
            )
        )


def _session(sign_in: WorkloadSignIn, proved_at: Instant) -> Session:
    """What is decided on: the workload, as it proved itself within that minute.

    By the minute, so that a program that asks often is one fact and not as many. Whatever is revoked within it ends
    what was proved before it in that minute, and nothing until the next.
    """
    return _session_of_minute(sign_in, proved_at - proved_at % _ROUNDED)


@lru_cache(1_024)
def _session_of_minute(sign_in: WorkloadSignIn, at: Instant) -> Session:
    return Session(
        id=sign_in.id,
        person_id=sign_in.workload_id,
        auth=Auth(_STRENGTH, frozenset(), at, by_token=True),
        started_at=at,
        expires_at=at + 2 * HOUR,  # longer than any token: those end by themselves
        idle_ms=at + 2 * HOUR,  # it does not idle, whenever it was used
        address=sign_in.address,
    )
