"""The list to work off: what is open first, the strongest of it first; then what was decided and still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.company.unique_identities.model import Finding, Kind
from limen.company.unique_identities.pairs import two_accounts
from limen.company.unique_identities.programs import programs
from limen.company.unique_identities.reading import Held
from limen.company.unique_identities.single import single_accounts

MOST_OF_A_KIND: Final = 200
"""Whoever makes many of one kind hides none of another."""


@dataclass(frozen=True, slots=True)
class Listed:
    """`left_out`: how many of a kind were too many to list; the weakest of it."""

    findings: tuple[Finding, ...]
    left_out: dict[Kind, int]

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.decision is None)

    @property
    def decided(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.decision is not None)

    def by_id(self, finding_id: str) -> Finding | None:
        return next((one for one in self.findings if one.id == finding_id), None)


def listed(held: Held, now: Instant) -> Listed:
    """Everything that is so now. Pure."""
    return _ordered((*single_accounts(held, now), *two_accounts(held), *programs(held, now)), held)


def _ordered(found: Iterable[Finding], held: Held) -> Listed:
    several = [one.decided(held.decisions.get(one.id)) for one in found]
    several.sort(key=lambda one: (one.decision is not None, -one.strength, -one.at, one.kind, one.id))
    kept, counts = [], dict.fromkeys(Kind, 0)
    for one in several:
        counts[one.kind] += 1
        if counts[one.kind] <= MOST_OF_A_KIND:
            kept.append(one)
    return Listed(tuple(kept), {kind: many - MOST_OF_A_KIND for kind, many in counts.items() if many > MOST_OF_A_KIND})
