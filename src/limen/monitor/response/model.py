"""What can be done about a person or a device, until when, and what that does to their risk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, HOUR, Instant, Milliseconds


class Doing(StrEnum):
    """The ladder, the gentlest first. Each can be taken back."""

    STEP_UP = "step_up"
    """They confirm their identity with a passkey again; until then their risk counts as raised."""
    END_SESSIONS = "end_sessions"
    """What is signed in ends; they sign in again."""
    QUARANTINE = "quarantine"
    """The device opens nothing."""
    DISABLE = "disable"
    """The account opens nothing, and nobody signs in to it; what they sign in with stays."""


OF_DEVICE: Final = frozenset({Doing.QUARANTINE})
LASTS: Final[dict[Doing, Milliseconds]] = {
    Doing.STEP_UP: 12 * HOUR,
    Doing.END_SESSIONS: 0,
    Doing.QUARANTINE: DAY,
    Doing.DISABLE: DAY,
}
"""How long each lasts unless somebody says otherwise. 0: it is done at once, and there is nothing to end."""
LONGEST: Final[Milliseconds] = 30 * DAY
STEP_UP_FLOOR: Final = 40
"""The risk of whoever is asked for a step-up: from here on the baseline asks for a passkey of the last minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Something that was done. `by`: who did it; "" where the playbook `playbook` did. `ended_at` 0: it goes on."""

    id: str
    case_id: str
    kind: Doing
    subject_kind: str
    subject_id: str
    at: Instant
    until: Instant
    by: str = ""
    playbook: str = ""
    ended_at: Instant = 0
    ended_by: str = ""

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and now < self.until


def floor_of(response: Response, now: Instant) -> int:
    """The least score of whom it is about while it goes on."""
    return STEP_UP_FLOOR if response.kind is Doing.STEP_UP and response.counts(now) else 0
