"""One event: who did what, to what, from where, and how it ended. It holds opaque ids, no names or queries."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from limen.clock import Instant


class Outcome(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the journal keeps of a decision: enough, with the facts and the revision, to compute it again.

    `facts` is the digest under which the exact facts are kept, but for when the device last reported, which is
    `device_seen_at` (0: never, or a journal of before, whose facts say it themselves). `now` is the instant it was
    decided at. `watched` names the policies in state report-only that would have changed the answer.
    """

    effect: str
    reasons: tuple[str, ...]
    revision: str
    facts: str
    now: Instant
    app: str
    action: str
    method: str = ""
    route: str = ""
    host: str = ""
    door: str = ""
    remedies: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    micros: float = 0.0
    device_seen_at: Instant = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that happened.

    `id` carries its time and sorts by it; "" until the journal or a transaction gives it one. `actor` and `subject`
    are opaque ids ("" where nobody is known); `session` is a session's public alias. `reason` names why (a word, never
    free text from outside). `count` > 1 folds equal decisions between `at` and `until`. `details` holds short plain
    values; no secret, no name, no query string.
    """

    at: Instant
    kind: str
    id: str = ""
    outcome: Outcome = Outcome.SUCCESS
    actor: str = ""
    subject: str = ""
    session: str = ""
    device: str = ""
    address: str = ""
    reason: str = ""
    count: int = 1
    until: Instant = 0
    decision: DecisionRecord | None = None
    details: dict[str, str | int | bool] = {}
