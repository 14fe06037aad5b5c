"""Who asks, how they proved it, from what device and place: frozen values whose defaults are the worst case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant, Milliseconds


class Factor(StrEnum):
    """A way to prove oneself. No SMS: a number can be taken over by anyone who talks well."""

    PASSKEY = "passkey"
    SECURITY_KEY = "security_key"
    CODE = "code"  # from an authenticator app, RFC 6238
    PASSWORD = "password"  # noqa: S105 -- the name of a factor
    RECOVERY_CODE = "recovery_code"
    LINK = "link"  # a one-time link; proves that the mailbox or the administrator handed it over
    ISSUER = "issuer"  # an upstream issuer says who it is, and proves no more than one factor
    ISSUER_TWO_FACTORS = "issuer_two_factors"
    ISSUER_PHISHING_RESISTANT = "issuer_phishing_resistant"


ISSUER_FACTORS = {1: Factor.ISSUER, 2: Factor.ISSUER_TWO_FACTORS, 3: Factor.ISSUER_PHISHING_RESISTANT}
"""What a sign-in at an upstream issuer counts as, by the strength that it proves."""
PHISHING_RESISTANT = frozenset({Factor.PASSKEY, Factor.SECURITY_KEY, Factor.ISSUER_PHISHING_RESISTANT})


def strength_of(factors: frozenset[Factor]) -> int:
    """How strong these factors are together: 0 nothing to 3 phishing-resistant; NIST SP 800-63B-4 section 2.

    A passkey with user verification is two factors in one and phishing-resistant. Of the others two count only as
    a thing known and a thing held; a link is never more than one. An issuer's sign-in counts as what it proves, and one
    of unknown kind adds nothing to another factor: both might be held in the same hand.
    """
    if factors & PHISHING_RESISTANT:
        return 3
    if {Factor.PASSWORD, Factor.CODE} <= factors or Factor.ISSUER_TWO_FACTORS in factors:
        return 2
    return 1 if factors else 0


@dataclass(frozen=True, slots=True)
class Group:
    """People who share access. `id` is what policies name: `Group::"finance"`."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `id` is opaque and the only form that events carry."""

    id: str
    name: str = ""
    email: str = ""
    groups: frozenset[str] = frozenset()
    active: bool = False
    is_workload: bool = False
    """A service, not a human being: `Workload::"…"` in policies."""
    must_enrol_at: Instant = 0
    """From when on nothing opens to them but setting up what they must have (0: nothing is missing)."""
    first_day: str = ""
    """The first day on which anything opens to them, in the company's time zone, as 2026-12-01 ("": at once)."""
    ends_at: Instant = 0
    """From when on the account counts as inactive, whoever looks (0: no end is known). Workloads have one."""


ANYBODY = Person(id="")
"""Nobody signed in: the principal of a request without a session."""


@dataclass(frozen=True, slots=True)
class Auth:
    """How somebody proved who they are.

    `strength`: 0 nothing · 1 one factor · 2 two distinct factors · 3 phishing-resistant multi-factor.
    `at`: when the newest proof of that strength was given (0: never). `by_token`: nobody is there, a program sent a
    token that stands for what was proved when it was made. It has no factors: it uses none.
    """

    strength: int = 0
    factors: frozenset[Factor] = frozenset()
    at: Instant = 0
    by_token: bool = False

    @property
    def interactive(self) -> bool:
        """Whether somebody proved this themselves, in a session of their own. Nobody, and a token, is the worse."""
        return self.strength > 0 and not self.by_token


UNPROVED = Auth()
"""Nothing was proved."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser or tool. `id` is its public alias; the secret token exists only as a hash, elsewhere.

    `app` is "" for the sign-in host, else the one app on whose host its cookie is good. An app's session belongs to
    its `parent` and ends with it. `started_at` is what `not_before` instants are compared with. `expires_at` is
    absolute; idle expiry is `idle_ms` after the last use. A program's token is one as well: it belongs to none, does
    not idle, and is good for its `actions` alone (a browser's session has none named, and no bound).
    `binding`: how firmly it is tied to its device, 0 not at all; it counts until `bound_until`. An app's session is
    on its parent's device only if it was bound itself when it was opened; it is as firmly as the parent then, and its
    own `bound_until` is how long the tie lasts that its browser was given, and it gets no later one. From
    `tied_from` on (0: never) its cookie opens nothing without a tie (`limen.ties`).
    """

    id: str
    person_id: str
    auth: Auth
    started_at: Instant
    expires_at: Instant
    idle_ms: int
    app: str = ""
    parent: str = ""
    device_id: str = ""
    address: str = ""
    user_agent: str = ""
    actions: frozenset[str] = frozenset()
    binding: int = 0
    bound_until: Instant = 0
    tied_from: Instant = 0


@dataclass(frozen=True, slots=True)
class Device:
    """A laptop or phone and what is known of its health.

    `compliance`: "compliant" · "non_compliant" · "unknown". `binding`: that of the session whose facts these are; what
    a device says of itself has none. `seen_at`: when it last reported (0: never). `passing`: the ids of the checks that
    it passes. What it reported counts for `fresh_ms` (0: for ever), and no longer than until `due_at` (0: no end), when
    a check's grace is over: from then on its health is not known, whoever looks (`fades_at`). From `bound_until` on (0:
    never) nothing ties the session to a device any more, and which one it is on is not known.
    """

    id: str = ""
    known: bool = False
    compliance: str = "unknown"
    managed: bool = False
    binding: int = 0
    platform: str = ""
    seen_at: Instant = 0
    passing: frozenset[str] = frozenset()
    fresh_ms: Milliseconds = 0
    due_at: Instant = 0
    bound_until: Instant = 0

    @property
    def fades_at(self) -> Instant:
        """From when on its health is not known any more; 0: never."""
        ends = [at for at in (self.fresh_ms and self.seen_at + self.fresh_ms, self.due_at) if at]
        return min(ends, default=0)


UNKNOWN_DEVICE = Device()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the request comes from. An unknown country is ""; `network` is a named network of the company or ""."""

    address: str = ""
    known: bool = False
    country: str = ""
    network: str = ""
    anonymiser: bool = True


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Risk:
    """How unusual a person or device looks, 0 calm to 100. Unknown reads as 100."""

    score: int = 100
    known: bool = False
    at: Instant = 0


UNKNOWN_RISK = Risk()


def worse_risk(*risks: Risk) -> Risk:
    """Those of a person, their session and the device they are on, as one: what is known counts, the worst of it."""
    known = [risk for risk in risks if risk.known]
    return max(known, key=lambda risk: risk.score) if known else UNKNOWN_RISK


@dataclass(frozen=True, slots=True)
class Grant:
    """Time-limited access to one app for some actions, with a justification and an approver.

    `device`: the one it was asked for on ("": none that was known). Then it counts on that device alone, and not where
    the session's tie to it is over.
    """

    id: str
    app: str
    actions: frozenset[str]
    until: Instant
    justification: str = ""
    approver: str = ""
    device: str = ""
