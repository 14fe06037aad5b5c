"""What is known of people, their accounts and how they sign in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.clock import Instant, Milliseconds
from limen.company.unique_identities.listing import Listed
from limen.company.unique_identities.reading import Held
from limen.identity.departures.departures import Report
from limen.identity.past_sign_ins import PastSignIns
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.imported import Imported


@dataclass(frozen=True, slots=True)
class ListOfPeople:
    """A connected source of people. `read_at` is when all of it was read last, or it spoke last where it is not asked
    (0: never). `silent_after`: so long after that it counts as silent (0: it speaks only when something changes).
    """

    id: str
    read_at: Instant = 0
    silent_after: Milliseconds = 0

    def is_silent(self, now: Instant) -> bool:
        return not self.read_at or bool(self.silent_after and now - self.read_at > self.silent_after)


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Break-glass was opened for somebody. `alerted_at` is when an alert was taken of it (0: none was)."""

    id: str
    at: Instant
    person_id: str
    alerted_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Brokered:
    """How the one account of a vendor was used in the last 30 days: by whom, with how many sign-ins each ("" is nobody
    who was named). `is_stored`: Limen holds its secret, so nobody has to know it.
    """

    app: str
    used_by: Mapping[str, int]
    is_stored: bool


@dataclass(frozen=True, slots=True)
class PolicyElsewhere:
    """A policy of conditional access at another provider. `why` says why it stops nobody ("": it is enforced)."""

    id: str
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvidence:
    """None is a source that is silent."""

    sources: tuple[ListOfPeople, ...] = ()
    """The sources of people that are connected: lists that somebody else keeps."""
    held: Held | None = None
    """Accounts as they are: of people, programs, at issuers, hosts and apps, with what sources say of them."""
    accounts: Listed | None = None
    """What speaks against an account being one person's (`company/unique_identities`)."""
    passkeys: Mapping[str, int] | None = None
    """How many passkeys each person has, by their id."""
    sign_ins: PastSignIns | None = None
    """Those at Limen of the last 30 days."""
    decided: Decided | None = None
    """The decisions of the last 30 days: how strongly people had proved who they are, and what was known of them."""
    imported: tuple[Imported, ...] = ()
    """What other providers tell of sign-ins, one for each that anything is known of."""
    departures: tuple[Report, ...] | None = None
    """Departures on record, with what was proved of each."""
    glass: tuple[GlassBroken, ...] | None = None
    """Each time that break-glass was opened in the last 90 days."""
    brokered: tuple[Brokered, ...] | None = None
    """One for each app with a shared account."""
    own_addresses: tuple[str, ...] = ()
    """Those by which others reach the machine that the gateway is on."""
    policies_elsewhere: tuple[PolicyElsewhere, ...] | None = None
    """Policies of conditional access that an export of another provider names; None where none was read."""
