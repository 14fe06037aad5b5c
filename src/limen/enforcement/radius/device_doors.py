"""Decisions about devices that prove themselves by their certificate alone, while nobody is signed in on them.

What was proved is that the key of an enrolled device is there, which counts as one factor of its owner's that a program
used. So a policy about a Wi-Fi reads the device and whose it is, and one that wants a passkey is not met.
"""

from __future__ import annotations

from typing import Final

import msgspec

from limen.clock import HOUR, SECOND, Instant
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.facts import App, Auth, Session, SessionState
from limen.pillar import Core
from limen.policy.decision import Effect, Named, Request
from limen.ties import BY_CERTIFICATE, Certified, Ties

CERTIFICATE_OVER: Final = "device-certificate-over"
_NEVER_IDLE: Final = 10 * 366 * 24 * HOUR


def session_of(held: Certified, now: Instant) -> Session:
    """What a certificate is worth as a session: it ends with it, and is on its device."""
    return Session(
        id=f"device-{held.device_id}",
        person_id=held.owner_id,
        auth=Auth(strength=1, at=now, by_token=True),
        started_at=now,
        expires_at=held.until,
        idle_ms=_NEVER_IDLE,
        device_id=held.device_id,
        binding=BY_CERTIFICATE,
        bound_until=held.until,
    )


class DeviceDoors(DecisionPoint):
    """Decides about sessions of certificates, which nobody issued, and watches over them."""

    def __init__(self, core: Core) -> None:
        super().__init__(
            known=core.known,
            engine=core.engine,
            journal=core.journal,
            clock=core.clock,
            ties=core.offers.take(Ties),
        )

    def decide_device(self, door: str, app: App, session: Session, action: str, address: str) -> Answer:
        """Decide about a device at the other end, whose certificate was verified."""
        request = Request(action)
        facts = self.known.facts(session, app, address)
        over = self._why_over(session)
        if over:
            return self.refuse(over, door=door, address=address, app=app)
        answer = self.decide_facts(door, request, facts)
        return msgspec.structs.replace(answer, session=session)

    def why_ended(self, answer: Answer) -> str:
        """Why the device may not be there any more ("": it may)."""
        return self._why_over(answer.session) if answer.session is not None else Named.SESSION_REVOKED

    def re_check(self, answer: Answer, address: str) -> tuple[str, Instant | None]:
        app, session = self.known.apps.get(answer.app.id) if answer.app else None, answer.session
        if app is None or answer.route is None or session is None:
            return Named.UNKNOWN_HOST, None
        over = self.why_ended(answer) or self.shut()
        if over:
            return over, None
        facts = self.known.facts(session, app, address)
        decision = self._engine().decide(answer.route.request, facts, self.clock.now())
        if decision.effect is not Effect.PERMIT:
            return decision.reasons[0].policy if decision.reasons else Named.NOTHING_PERMITS, None
        ends = [at for at in (decision.unchanged_until, session.expires_at) if at is not None]
        return "", min(ends)

    def _why_over(self, session: Session) -> str:
        now = self.clock.now()
        if self.tied.ties.certified_as(session.device_id, session.expires_at // SECOND, now) is None:
            return CERTIFICATE_OVER
        state = self.known.session_state(session, "", now)
        return "" if state is SessionState.LIVE else state
