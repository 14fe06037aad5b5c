"""Who may tell Limen that a device is at risk, how it proves itself, and what Limen does when the risk is high."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import DAY, Milliseconds


class Proves(StrEnum):
    """How a source proves that a message is its own."""

    SIGNATURE = "signature"
    """HMAC-SHA256 over id, time and body with a shared secret (Standard Webhooks)."""
    TOKEN = "token"  # noqa: S105 -- the name of a way
    """A shared secret as a bearer token (RFC 6750), for what can't sign."""
    ISSUER = "issuer"
    """Only in revisions from before such services stood in `signals.yaml`: nobody sends by it any more."""


class WhenHigh(StrEnum):
    """What becomes of a device of which a source says that the risk is high; it has no health any more in any case."""

    END_SESSIONS = "end_sessions"
    QUARANTINE = "quarantine"
    LOST = "lost"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class SignalSource:
    """One source, as `devices.yaml` names it. `kind` says how its messages read.

    `at_most`: 1 low, 2 medium, 3 high; what it says counts for no more. A signal without an end of its own counts for
    `lasts_ms`. Each device on these `platforms` is heard of within `heartbeat_ms` (0: nothing of the kind is promised);
    later its sensor counts as silent.
    """

    name: str
    kind: str
    proves: Proves = Proves.SIGNATURE
    when_high: WhenHigh = WhenHigh.END_SESSIONS
    at_most: int = 3
    lasts_ms: Milliseconds = 7 * DAY
    heartbeat_ms: Milliseconds = 0
    platforms: tuple[str, ...] = ()
