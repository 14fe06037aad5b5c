"""Reviews of access: the nouns, and the rules that no store and no page may bend. Pure.

A review is a list of rows that was made once and closes by the clock. A row is one way in which somebody has access.
Nobody decides about their own, and nobody about a row that is no longer what they saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant


class Way(StrEnum):
    """How somebody has access: by being in a group, by a policy whatever their groups, or by a grant."""

    GROUP = "group"
    POLICY = "policy"
    GRANT = "grant"


class Verdict(StrEnum):
    """What a reviewer says of a row."""

    OPEN = ""
    KEEP = "keep"
    REMOVE = "remove"
    NARROW = "narrow"
    ASK = "ask"

    @property
    def is_final(self) -> bool:
        """A question leaves the row open."""
        return self not in {Verdict.OPEN, Verdict.ASK}


class Effect(StrEnum):
    """What followed from it. PROPOSED: what gives it gives more than the reviewer answers for, or a source of people
    would give it again, so a change of the policies is drafted instead. GONE: it was over before anybody decided.
    BLOCKED: it would have left nobody who could administer Limen.
    """

    NONE = ""
    REMOVED = "removed"
    NARROWED = "narrowed"
    PROPOSED = "proposed"
    GONE = "gone"
    BLOCKED = "blocked"


class Outcome(StrEnum):
    """How deciding one row went."""

    DONE = "done"
    STALE = "stale"
    GONE = "gone"
    DECIDED = "decided"
    NOT_YOURS = "not-yours"
    OWN = "own"
    BORROWED = "borrowed"
    CLOSED = "closed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Held:
    """One way in which somebody has these actions on an app. `by` is a group's name, a policy's id or a grant's."""

    way: Way
    by: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review that was begun by the rule of this name, for the date `slot` of its calendar (0: by hand).

    It is open until `closes_at` and closed for good at `closed_at` (0: not yet). Those who review are reminded from
    `reminds_at` on; from `escalates_at` on (0: never) others may decide, too.
    """

    id: str
    name: str
    slot: Instant
    started_at: Instant
    closes_at: Instant
    started_by: str = ""
    four_eyes: bool = False
    reminds_at: Instant = 0
    reminded_at: Instant = 0
    escalates_at: Instant = 0
    escalated_at: Instant = 0
    closed_at: Instant = 0
    closed_by: str = ""

    def is_open(self, now: Instant) -> bool:
        return not self.closed_at and now < self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One row. `version` counts how often it was made anew, and decided: a form says which one it was about.

    `used` is how often they used it in 90 days, `last_used` when (0: not), and `used_actions` what of it. `got_at` and
    `got_by` are when and by whom they got it (0 and "": not in the journal any more). Of `peers` colleagues in their
    team so many (`peers_with`) have the same. `risk` is 0 to 100, -1 where nothing is known. `reviewers` may decide,
    and from the escalation on `escalates_to` as well: as they were when the review began. `restores` is what undoing
    would put back. `removes`: it goes at the end if nobody has decided.
    """

    id: str
    review_id: str
    person_id: str
    app: str
    way: Way
    by: str
    actions: tuple[str, ...]
    version: int = 1
    used: int = 0
    last_used: Instant = 0
    used_actions: tuple[str, ...] = ()
    got_at: Instant = 0
    got_by: str = ""
    peers: int = 0
    peers_with: int = 0
    risk: int = -1
    removes: bool = False
    reviewers: tuple[str, ...] = ()
    escalates_to: tuple[str, ...] = ()
    verdict: Verdict = Verdict.OPEN
    decided_by: str = ""
    decided_at: Instant = 0
    note: str = ""
    effect: Effect = Effect.NONE
    restores: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether nothing is left to be said of it."""
        return self.verdict.is_final or self.effect in {Effect.GONE, Effect.BLOCKED}

    @property
    def held(self) -> Held:
        return Held(self.way, self.by, self.actions)

    def may_be_decided_by(self, review: Review, now: Instant) -> frozenset[str]:
        """Who may decide it at this instant, by what was known when the review began; never whose row it is."""
        more = self.escalates_to if review.escalates_at and now >= review.escalates_at else ()
        return frozenset({*self.reviewers, *more} - {self.person_id})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review has come."""

    rows: int = 0
    decided: int = 0
    removed: int = 0
