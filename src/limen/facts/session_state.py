"""What a session is worth: until a fact changes, and until time ends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.facts.nouns import Person, Session
from limen.facts.tables import COMPANY, Subject


class SessionState(StrEnum):
    """What a session is worth at this instant. The values are the named reasons of a refusal."""

    LIVE = "live"
    NOT_SIGNED_IN = "not-signed-in"
    ENDED = "session-ended"
    REVOKED = "session-revoked"
    OTHER_APP = "session-of-another-app"
    PERSON_INACTIVE = "person-inactive"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a session is worth until a fact changes, and when time ends it. `root_id`: whose last use keeps it alive."""

    state: SessionState
    root_id: str
    ends_at: Instant
    idle_ms: int


class NotBefore:
    """Until when what was issued to a subject is dead. It only ever moves forward."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at: dict[Subject, Instant] = {}

    def move(self, subject: Subject, at: Instant) -> bool:
        """Whatever was issued to `subject` before `at` is dead. False where that is so already."""
        if at <= self._at.get(subject, 0):
            return False
        self._at[subject] = at
        return True

    def kills(self, session: Session, seen_on: Iterable[str]) -> bool:
        """Whether it was issued too early for its person, itself, its device, those it was seen on, or the company."""
        dead_before = self._at
        if not dead_before:
            return False
        at = session.started_at
        return (
            at < dead_before.get(COMPANY, 0)
            or at < dead_before.get(("person", session.person_id), 0)
            or at < dead_before.get(("session", session.id), 0)
            or (session.device_id != "" and at < dead_before.get(("device", session.device_id), 0))
            or any(at < dead_before.get(("device", each), 0) for each in seen_on)
        )


def lifetime_of(session: Session, root: Session | None, person: Person | None, *, is_revoked: bool) -> Lifetime:
    """Of a session that belongs to the sign-in `root` (None: it is gone) and to `person` (None: nobody is known)."""
    state = SessionState.LIVE
    if root is None or is_revoked:
        state = SessionState.REVOKED
    elif person is None or not person.active:
        state = SessionState.PERSON_INACTIVE
    root = root or session
    ends = [session.expires_at, root.expires_at, *([person.ends_at] if person is not None and person.ends_at else [])]
    return Lifetime(state, root.id, min(ends), root.idle_ms)
