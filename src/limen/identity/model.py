"""What identity is about: people, links, proofs, passkeys, workloads, and the rules that hold for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from limen.clock import DAY, HOUR, MINUTE, Instant, Milliseconds
from limen.facts import PHISHING_RESISTANT, UNPROVED, Auth, Factor, Person, Session, strength_of
from limen.opaque import hash_of, new_token

ADMINISTRATORS = "administrators"
"""The group whose members may administer, and which is never left empty."""

PASS_MS: Milliseconds = HOUR
LONGEST_PASS_MS: Milliseconds = DAY
"""How long a temporary access pass is good, and how long at most."""
SHORT_MS: Milliseconds = 10 * MINUTE
"""How long the links are good that people get by themselves: by a recovery code, or for their second device."""
FRESH_MS: Milliseconds = 10 * MINUTE
"""How old a proof may be where a fresh one is asked for."""


class Token:
    """A secret of 256 random bits, in base64url. Only its SHA-256 is ever kept; its repr hides it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def new(cls) -> Token:
        return cls(new_token())

    def reveal(self) -> str:
        """The secret itself, to be set as a cookie or put into a link and nowhere else."""
        return self._text

    @property
    def hash(self) -> bytes:
        return hash_of(self._text)

    def __repr__(self) -> str:
        return "Token(…)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the sign-in host who has proved nothing yet.

    `address` is what the trusted hop says; never a header of the client's own. `browser` is the value of the
    sign-in host's long-lived random cookie: challenges and tickets are bound to it, and a browser that a person
    has signed in with is never slowed by strangers' guesses. "" where there is none.
    """

    address: str
    user_agent: str = ""
    browser: str = field(default="", repr=False)

    @property
    def browser_hash(self) -> bytes:
        return hash_of(self.browser)

    @property
    def known_as(self) -> bytes:
        """Under which hash a person may have signed in with this browser before; b"" where it has no cookie."""
        return self.browser_hash if self.browser else b""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in or step-up that held. `token` is the new value of the session's cookie."""

    token: Token
    session: Session
    person: Person


class PersonStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"
    """Inactive for a while, because of an alert: what they sign in with stays."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person as administrators see them."""

    person: Person
    status: PersonStatus
    created_at: Instant
    enrolled_at: Instant = 0
    factors: frozenset[Factor] = frozenset()
    language: str = ""
    first_day: date | None = None
    """The first day on which they have access, in the company's time zone; None: since they came."""
    last_day: date | None = None
    """Their last day with access, in the company's time zone, where it is known that they leave."""


class LinkPurpose(StrEnum):
    FIRST_ADMINISTRATOR = "first_administrator"
    INVITATION = "invitation"
    ACCESS_PASS = "access_pass"  # noqa: S105 -- the name of a purpose
    RECOVERY = "recovery"
    SECOND_DEVICE = "second_device"


GOOD_FOR: dict[LinkPurpose, Milliseconds] = {
    LinkPurpose.FIRST_ADMINISTRATOR: 15 * MINUTE,
    LinkPurpose.INVITATION: 7 * DAY,
    LinkPurpose.ACCESS_PASS: PASS_MS,
    LinkPurpose.RECOVERY: SHORT_MS,
    LinkPurpose.SECOND_DEVICE: SHORT_MS,
}
"""How long a link is good for, unless whoever issues it says otherwise."""


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link; its secret is known to nobody but its holder."""

    id: str
    purpose: LinkPurpose
    person_id: str
    issued_by: str
    issued_at: Instant
    expires_at: Instant
    spent_at: Instant = 0
    revoked_at: Instant = 0

    @property
    def is_for_a_passkey_only(self) -> bool:
        """Does it add a passkey to somebody who is here already, and set nothing weaker?"""
        return self.purpose not in {LinkPurpose.FIRST_ADMINISTRATOR, LinkPurpose.INVITATION}

    @property
    def brings_back(self) -> bool:
        """Is it for somebody who lost a device?"""
        return self.purpose in {LinkPurpose.ACCESS_PASS, LinkPurpose.RECOVERY}

    def is_good(self, now: Instant) -> bool:
        return not self.spent_at and not self.revoked_at and now < self.expires_at


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link just issued: the only moment at which its address is known."""

    link: Link
    url: str = field(repr=False)
    token: Token = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What the holder of a good link sees. Opening spends nothing: mail scanners open links too.

    `name` and `email` are empty for the first administrator, who chooses them.
    """

    link: Link
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey's public half and what is known of it. `backed_up` keys are synced: strong for the person, not for
    the device.
    """

    id: str
    person_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_verified: bool
    device_type: str
    backed_up: bool
    transports: tuple[str, ...]
    aaguid: str
    name: str
    added_at: Instant
    used_at: Instant = 0
    attested_root: str = ""
    """The SHA-256 fingerprint of the root that its maker's attestation leads to ("": nothing was attested)."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A service with tokens of its own: nobody shares an account, and no service borrows a person's.

    `name` is how administrators call it, `apps` the ids of the apps about which it may ask. `owner` is the id of who
    answers for it, `purpose` what it is for ("" where nobody has said yet). From `expires_at` on it is as good as
    revoked; whoever answers for it may put that off.
    """

    id: str
    name: str
    groups: frozenset[str]
    apps: frozenset[str]
    active: bool
    owner: str = ""
    purpose: str = ""
    expires_at: Instant = 0
    reminded_at: Instant = 0

    def is_over(self, now: Instant) -> bool:
        return 0 < self.expires_at <= now

    @property
    def principal(self) -> Person:
        """As policies see it."""
        return Person(
            self.id, self.name, groups=self.groups, active=self.active, is_workload=True, ends_at=self.expires_at
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What has to be said of every workload: the id of who answers for it, what it is for, and until when."""

    owner: str
    purpose: str
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class WorkloadToken:
    """One token of a workload; the secret exists only as a hash, elsewhere. It is good until `expires_at`."""

    id: str
    workload_id: str
    issued_at: Instant
    expires_at: Instant


class Choice(StrEnum):
    """What is to become of it."""

    ONE_PERSON = "one-person"
    """It is one person after all."""
    SEPARATE = "separate"
    """Whoever has none gets an account of their own; or the second one goes."""
    WORKLOAD = "workload"
    """It is no person: a workload takes its place."""
    KEEP = "keep"
    """It is known and stays as it is for a while."""


@dataclass(frozen=True, slots=True)
class AccountDecision:
    """`person_id` and `other_id` are the accounts that it is about, "" where one is no person's."""

    finding_id: str
    kind: str
    person_id: str
    other_id: str
    choice: str
    until: Instant
    why: str
    decided_by: str
    decided_at: Instant
    ended_at: Instant = 0

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and now < self.until


Proofs = Mapping[Factor, Instant]
"""Which factors a session was given, and when each was given last."""


def auth_of(proofs: Proofs) -> Auth:
    """What the proofs of one session amount to.

    `at` is when *that* strength was last proved: of two factors the older counts, or a fresh password would renew a
    code given hours ago.
    """
    factors = frozenset(proofs)
    strength = strength_of(factors)
    if strength == 0:
        return UNPROVED
    if strength == 3:
        at = max(proofs[factor] for factor in factors & PHISHING_RESISTANT)
    elif strength == 2:
        typed = min(proofs.get(Factor.PASSWORD, 0), proofs.get(Factor.CODE, 0))
        at = max(typed, proofs.get(Factor.ISSUER_TWO_FACTORS, 0))
    else:
        at = max(proofs.values())
    return Auth(strength=strength, factors=factors, at=at)


def is_fresh(auth: Auth, strength: int, now: Instant) -> bool:
    """Whether `auth` is at least this strong and was proved in the last ten minutes."""
    return auth.strength >= strength and 0 <= now - auth.at < FRESH_MS
