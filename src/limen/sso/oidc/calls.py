"""What every answer of the provider is made with: one call of Authlib's server in one transaction, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from limen.events import Event, Outcome
from limen.facts import Person, Session, SessionState
from limen.pillar import Core, SignOn
from limen.policy.decision import UNAVAILABLE, Effect
from limen.printable import is_printable
from limen.sso import sign_ins
from limen.sso.oidc.claimed_client import claimed_client
from limen.sso.oidc.keys import Keys
from limen.sso.oidc.protocol import ProtocolReply, ProtocolRequest
from limen.storage import Transaction

if TYPE_CHECKING:
    from limen.sso.oidc.clients import Call
    from limen.sso.oidc.server import Server

ENTRY_POINT: Final = "oidc"
TEMPORARILY_UNAVAILABLE: Final = ProtocolReply(503, {"error": "temporarily_unavailable"})
"""Limen can't decide at this moment. What was sent is neither spent nor ended: it counts again when Limen is back."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Who may use an app now, or nobody; and the decision. `is_unavailable`: Limen can't tell at this moment."""

    session: Session | None = None
    person: Person | None = None
    id: str = ""
    is_unavailable: bool = False


class Calls:
    """What runs, as far as the provider needs it. `keys` are replaced as a whole when they change."""

    def __init__(self, core: Core, sign_on: SignOn, keys: Keys, pairwise: bytes) -> None:
        self.core = core
        self.sign_on = sign_on
        self.keys = keys
        self.pairwise = pairwise
        self.issuer = core.settings.public_url

    def call(self, transaction: Any, **known: Any) -> Call:
        """What a server works on; `known` is what the caller found out or had decided (see `Call`)."""
        from limen.sso.oidc.clients import Call  # noqa: PLC0415 -- Authlib, of which no start waits

        return Call(
            transaction=transaction,
            now=self.core.clock.now(),
            issuer=self.issuer,
            keys=self.keys,
            apps=self.core.known.apps,
            workloads=self.core.known.workloads,
            pairwise=self.pairwise,
            **known,
        )

    async def served(self, work: Callable[[Server], ProtocolReply], **known: Any) -> tuple[ProtocolReply, Call]:
        """What `work` answers with a server that knows this, in one transaction; and the call, with what came of it.

        A `session` is looked at again there: what was decided waits behind other writing, as that of a revocation.
        """
        from limen.sso.oidc.server import Server  # noqa: PLC0415 -- Authlib, of which no start waits

        def in_transaction(transaction: Transaction) -> tuple[ProtocolReply, Call]:
            server = Server(self.call(transaction, **self._as_it_is_now(known)))
            return work(server), server.call

        try:
            return await self.core.database.writing_together(in_transaction)
        except ValueError:  # Authlib's, where its error would quote what none may hold: nothing was done
            return ProtocolReply(400, {"error": "invalid_request"}), self.call(None, **known)

    def _as_it_is_now(self, known: dict[str, Any]) -> dict[str, Any]:
        """`known`, without the person and their session where that has ended since it was decided."""
        session: Session | None = known.get("session")
        now = self.core.clock.now()
        if session is None or self.core.known.session_state(session, session.app, now) is SessionState.LIVE:
            return known
        return {**known, "session": None, "person": None}

    def decided(self, sign_in: sign_ins.AppSignIn | None) -> Decided:
        """Whether the person of this sign-in may use its app now."""
        known = self.core.known
        session = known.sessions.get(sign_in.session_id) if sign_in else None
        app = known.apps.get(sign_in.app) if sign_in else None
        if sign_in is None or session is None or app is None or sign_in.ended_at:
            return Decided()
        answer = self.sign_on.decide(ENTRY_POINT, app, session, session.address, is_present=False)
        person = known.people.get(session.person_id)
        if answer.effect is not Effect.PERMIT or answer.session is None or person is None:
            return Decided(id=answer.id, is_unavailable=answer.word in UNAVAILABLE)
        return Decided(answer.session, person, answer.id)

    def refused(self, wire: ProtocolRequest, error: str, why: str = "") -> None:
        """Have it journaled that an app, or somebody in its name, was refused: the error, and which one they say they
        are; `why` is what an administrator needs to mend the registration.
        """
        claimed, word = claimed_client(wire), error.replace("_", "-")
        if why and claimed in self.core.known.apps:
            self.sign_on.tell("sso.client_refused", word, why, claimed)
        else:
            self.sign_on.tell("sso.client_refused", word, claimed if is_printable(claimed) else "")

    def noted(self, kind: str, sign_in: sign_ins.AppSignIn, outcome: Outcome = Outcome.SUCCESS) -> None:
        """Journal what came of a call about this sign-in."""
        details: dict[str, str | int | bool] = {"app": sign_in.app}
        self.core.journal.record(
            Event(
                at=self.core.clock.now(),
                kind=kind,
                outcome=outcome,
                subject=sign_in.person_id,
                session=sign_in.session_id,
                details=details,
            )
        )
