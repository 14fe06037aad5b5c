"""Everything that can be known of one noun at one instant, as far as some conditions tell it apart.

A policy that says `context.auth.strength >= 3` tells 2 from 3 and nothing else, so one value below and one above stand
for all. Values are coherent (an unknown device has every attribute at its worst), the worst first, and *unknown* is
always among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Final

from limen.cedar import Policy, Record
from limen.clock import DAY, Instant
from limen.facts import STRONGEST_TOKEN
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.boundaries import Boundaries, atoms_of, boundaries_of
from limen.policy.scenarios.classes import classes_of, to_cedar
from limen.policy.scenarios.examples import USUAL_FACTORS, Values, unknown

FAR: Final = 30 * DAY
"""How long the longest grant lasts that is looked at, where no policy names a longer time."""
_WHENEVER: Final[Instant] = 1
"""Stands for every `now` where no instant is read."""
_PROOF: Final = ("auth.strength", "auth.factors", "auth.interactive")


@dataclass(frozen=True)
class States:
    """The states of each noun within these boundaries: one value of every class of its attributes.

    A noun that no policy reads has one state, its best: known and in order. The nouns do not depend on each other, so
    all scenarios are their product.
    """

    boundaries: Boundaries
    _known: dict[tuple[str, Instant], tuple[Values, ...]] = field(default_factory=dict, compare=False)
    _records: dict[tuple[str, Instant], tuple[Record, ...]] = field(default_factory=dict, compare=False)

    @classmethod
    def under(cls, policies: Iterable[Policy]) -> States:
        """What all facts are under these policies together."""
        return cls(boundaries_of(atoms_of(policies)))

    def of_noun(self, noun: str, now: Instant) -> tuple[Values, ...]:
        """All that can be known of one noun at `now`, each as its attributes' values by path; nothing known first."""
        now = now if noun == "grant" or noun in self._dated else _WHENEVER
        found = self._known.get((noun, now))
        if found is None:
            found = self._known[noun, now] = self._of_noun(noun, now)
        return found

    @cached_property
    def _dated(self) -> frozenset[str]:
        """The nouns of which an instant is read, so that their states hang on `now`."""
        return frozenset(path.partition(".")[0] for path in self.boundaries.read & ATTRIBUTES.table.ages.keys())

    def records(self, noun: str, now: Instant) -> tuple[Record, ...]:
        """The same states as policies see them."""
        now = now if noun == "grant" or noun in self._dated else _WHENEVER
        found = self._records.get((noun, now))
        if found is None:
            found = self._records[noun, now] = tuple(map(record_of, self.of_noun(noun, now)))
        return found

    def _of_noun(self, noun: str, now: Instant) -> tuple[Values, ...]:
        rows, nothing = ATTRIBUTES.table.of_noun(noun), unknown(noun)
        is_read = self.boundaries.reads(noun)
        if noun == "grant" and not is_read:
            return (nothing,)
        proofs: list[dict[str, Any]] = self._proofs(now) if noun == "auth" else [{}]
        apart = [row for row in rows if row.path not in _PROOF]
        each = [self.values(row, now) for row in apart]
        known = [
            {**proof, **dict(zip([row.path for row in apart], values, strict=True))}
            for proof in proofs
            for values in product(*each)
        ]
        present = ATTRIBUTES.table.nouns[noun].present
        coherent = [one for one in map(_made_coherent, known) if not present or one[f"{noun}.{present}"]]
        return tuple({frozenset(one.items()): one for one in [*([nothing] if is_read else []), *coherent]}.values())

    def _proofs(self, now: Instant) -> list[dict[str, Any]]:
        """How somebody may have proved who they are, and the tokens of programs where these can be told apart."""
        strength, factors, interactive = (ATTRIBUTES[path] for path in _PROOF)
        reads = self.boundaries.read
        given = [one for one in self.values(factors, now) if one] if factors.path in reads else [None]
        strengths = self.values(strength, now)
        usual = {**USUAL_FACTORS, 3: USUAL_FACTORS[2] | USUAL_FACTORS[3]}
        proofs = [(one, each or usual[one], True) for one in strengths for each in given]
        if not reads.isdisjoint({interactive.path, factors.path}):
            weaker = sorted({min(one, STRONGEST_TOKEN) for one in strengths})
            proofs = [*((one, frozenset[str](), False) for one in weaker), *proofs]
        return [dict(zip(_PROOF, proof, strict=True)) for proof in proofs]

    # One attribute alone

    def values(self, row: Attribute, now: Instant) -> tuple[Any, ...]:
        """The values of one attribute that stand for all. What no policy reads has its best alone."""
        reads = self.boundaries.read
        is_read = row.path in reads or (row.path == "place.country" and "place.known" in reads)
        match row.kind:
            case Kind.INSTANT:
                return self.instants(row, now)
            case Kind.NUMBER if is_read:
                return self.numbers(row)
            case Kind.NUMBER | Kind.BOOL | Kind.CHOICE if not is_read:
                return (row.best,)
            case _ if not is_read and row.path != "device.id":
                return (unknown(row.noun)[row.path],)
        return tuple(one.example for one in classes_of(row.path, self.boundaries, now))

    def numbers(self, row: Attribute) -> tuple[int, ...]:
        """The highest number of each class that can be known, and the best there is."""
        starts = self.boundaries.numbers.get(row.path, frozenset())
        high = max([row.greatest, *starts]) if row.is_open else row.greatest
        numbers = {*(one - 1 for one in starts if row.least < one <= high), high}
        if row.better is Better.LOWER:
            return tuple(sorted({row.best, *numbers}, reverse=True))
        return tuple(sorted(numbers))

    def instants(self, row: Attribute, now: Instant) -> tuple[Instant, ...]:
        """The latest instant of each class up to `now`, ascending, `now` itself the last.

        A grant ends after now: the last one further away than any policy looks.
        """
        starts = self.boundaries.of_instant(row.path, now)
        if row.noun != "grant":
            return tuple(sorted({*(one - 1 for one in starts if 1 < one <= now), now}))
        ends = sorted(one for one in starts if one > now + 1)
        return (*(one - 1 for one in ends), max([now + FAR, *ends]))


def record_of(state: Values) -> Record:
    """A state of one noun as policies see it."""
    values = [(ATTRIBUTES[path], value) for path, value in state.items()]
    return {row.name: known for row, value in values if (known := to_cedar(row, value)) is not None}


def _made_coherent(known: dict[str, Any]) -> dict[str, Any]:
    """A place is known where its country is, and a known device has an id."""
    if "place.known" in known:
        return {**known, "place.known": known["place.country"] != ""}
    if known.get("device.id") == "":
        return {**known, "device.known": False}
    return known
