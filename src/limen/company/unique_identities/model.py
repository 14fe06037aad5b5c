"""The nouns: a finding with its evidence, and what was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from hashlib import sha256

from limen.clock import Instant
from limen.identity.model import AccountDecision


class Kind(StrEnum):
    """What a finding says."""

    SHARED_USE = "shared-use"
    """One account, in use at two places at once again and again."""
    TWO_ACCOUNTS = "two-accounts"
    """Two accounts that seem to be in one hand."""
    NO_PERSONS_NAME = "no-persons-name"
    """An account that is called like an office, a machine or a task."""
    NEVER_USED = "never-used"
    """An account that nobody signed in with."""
    HOLDER_GONE = "holder-gone"
    """An account elsewhere that is linked to somebody who is not active here, or on no list."""
    UNMATCHED = "unmatched"
    """A source of people names somebody, or an app has an account of somebody, who is nobody here."""
    WORKLOAD = "workload"
    """A service whose owner, purpose or end nobody said."""
    SERVICE_ACCOUNT = "service-account"
    """An account of a program in a connected directory that nobody answers for, or whose secret is old."""


class Strength(IntEnum):
    WEAK = 1
    MEDIUM = 2
    STRONG = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Account:
    """What a finding is about. `id` is that of a person, workload or service account, `page` leads to it."""

    id: str
    name: str
    address: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for it, in a sentence; `at` is when it was so last (0: it is so now)."""

    sign: str
    text: str
    at: Instant = 0
    alert_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to work off. The same finding has the same `id`, however often one looks."""

    kind: Kind
    strength: Strength
    accounts: tuple[Account, ...]
    evidence: tuple[Evidence, ...]
    decision: AccountDecision | None = None

    @property
    def id(self) -> str:
        return id_of(self.kind, [one.id for one in self.accounts])

    @property
    def at(self) -> Instant:
        """When it was so last; 0 where it is so all the time."""
        return max((one.at for one in self.evidence), default=0)

    def decided(self, decision: AccountDecision | None) -> Finding:
        return replace(self, decision=decision)


def id_of(kind: Kind, accounts: Sequence[str]) -> str:
    """Of what concerns these accounts, in whichever order."""
    return f"uf_{sha256(' '.join((kind, *sorted(accounts))).encode()).hexdigest()[:24]}"
