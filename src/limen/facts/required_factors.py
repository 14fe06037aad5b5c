"""Who must have which factor by when, and what somebody still has to set up. Pure.

A requirement says what people *have*; which of it a session must have *proved* is for policies to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import Instant
from limen.facts.nouns import Factor, Person, strength_of

EVERYONE: Final = "everyone"
"""Instead of a group: everybody with an account. No group can be declared under this name in `factors.yaml`."""


class Needed(StrEnum):
    """What somebody must set up."""

    PASSKEY = "passkey"
    TWO_FACTORS = "two_factors"
    NEW_PASSWORD = "new_password"  # noqa: S105 -- a word of ours


NEEDED_STRENGTH: Final = {Needed.TWO_FACTORS: 2, Needed.PASSKEY: 3}
"""Which strength what somebody has must be able to give (see `strength_of`)."""


@dataclass(frozen=True, slots=True)
class EnrolledFactors:
    """The factors somebody has. `breached_at`: when their password was found in a list of breached ones (0: never)."""

    factors: frozenset[Factor] = frozenset()
    breached_at: Instant = 0


NO_FACTORS: Final = EnrolledFactors()
"""Nothing is known of what somebody has, which reads as nothing."""


@dataclass(frozen=True, slots=True)
class Due:
    """What somebody lacks, and from when on nothing else opens to them until they have it."""

    needed: Needed
    at: Instant


@dataclass(frozen=True, slots=True)
class RequiredFactor:
    """One row: `who` (a group's id, or EVERYONE) must have `needed` until the end of the day `by` (ISO 8601).

    `at` is the instant at which that day ends in the company's time zone.
    """

    who: str
    needed: Needed
    by: str
    at: Instant

    def is_about(self, person: Person) -> bool:
        return not person.is_workload and (self.who == EVERYONE or self.who in person.groups)

    def is_met_by(self, factors: frozenset[Factor]) -> bool:
        return strength_of(factors) >= NEEDED_STRENGTH[self.needed]


@dataclass(frozen=True, slots=True)
class RequiredFactors:
    """All rows, as `factors.yaml` has them."""

    rows: tuple[RequiredFactor, ...] = ()

    def dues_of(self, person: Person, enrolled: EnrolledFactors) -> tuple[Due, ...]:
        """What this person still has to set up, each once at its earliest, the most urgent first."""
        missing = [
            Due(row.needed, row.at) for row in self.rows if row.is_about(person) and not row.is_met_by(enrolled.factors)
        ]
        if enrolled.breached_at and Factor.PASSWORD in enrolled.factors:
            missing.append(Due(Needed.NEW_PASSWORD, enrolled.breached_at))
        return _each_once(missing)


def _each_once(missing: Iterable[Due]) -> tuple[Due, ...]:
    earliest: dict[Needed, Due] = {}
    for due in sorted(missing, key=lambda one: (one.at, one.needed)):
        earliest.setdefault(due.needed, due)
    return tuple(earliest.values())


NOTHING_REQUIRED: Final = RequiredFactors()
