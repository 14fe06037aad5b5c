"""Facts that stand for all others: one value of each class that some policies can tell apart, noun by noun.

A policy that says `context.auth.strength >= 3` tells 2 from 3 and nothing else, so one value below and one above stand
for all. Values are coherent (an unknown device has every attribute at its worst), the worst first, and *unknown* is
always among them. What is computed in a way that has no such classes is named in `unsplit`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

from limen.cedar import Policy
from limen.cedar.operators import like
from limen.clock import DAY, Instant
from limen.facts import STRONGEST_TOKEN
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.proof.cuts import Cuts, cuts_of
from limen.policy.scenarios.examples import USUAL_FACTORS, Values, unknown

FAR: Final = 30 * DAY
"""How long the longest grant lasts that is looked at, where no policy names a longer time."""
OTHER_TEXTS: Final[Mapping[str, str]] = {
    "context.place.country": "ZZ",
    "context.place.network": "another-network",
    "context.device.platform": "another-platform",
    "context.device.id": "another-device",
}
"""A value that no policy names. ZZ is a country code that ISO 3166 leaves to its users."""


_AUTH: Final = ("strength", "factors", "interactive", "at")


def representatives_of(policies: Iterable[Policy]) -> Representatives:
    """What stands for all facts under these policies together."""
    return Representatives(cuts_of(policies))


@dataclass(frozen=True)
class Representatives:
    """One value of every class of each noun, the worst first.

    A noun that no policy reads has one class, its best value: known and in order. The nouns do not depend on each
    other, so all worlds are their product.
    """

    cuts: Cuts

    @property
    def unsplit(self) -> tuple[tuple[str, str], ...]:
        """(policy, expression) pairs of which the values here do not stand for all."""
        return self.cuts.unsplit

    def is_read(self, noun: str) -> bool:
        """Does any policy read "auth", "session", "device", "place", "risk", "grant" or "time"?"""
        return any(path.startswith(f"context.{noun}.") for path in self.cuts.read)

    def states(self, noun: str, now: Instant) -> tuple[Values, ...]:
        """All that can be known of one noun at `now`, each as its attributes' values by path; nothing known first."""
        rows = ATTRIBUTES.table.of_noun(noun)
        nothing = unknown(noun)
        if noun == "grant" and not self.is_read(noun):
            return (nothing,)
        if noun == "auth":
            known = self._auths(rows, now)
        else:
            each = [self.values(row, now) for row in rows]
            known = [dict(zip(nothing, values, strict=True)) for values in product(*each)]
        present = ATTRIBUTES.table.nouns[noun].present
        coherent = [one for one in map(_made_coherent, known) if not present or one[f"{noun}.{present}"]]
        first = [nothing] if self.is_read(noun) else []
        return tuple({frozenset(one.items()): one for one in [*first, *coherent]}.values())

    def _auths(self, rows: Iterable[Attribute], now: Instant) -> list[dict[str, Any]]:
        """Proofs given at or before `now`, and, where these can be told apart, the tokens of programs."""
        strength, factors, interactive, at = (next(row for row in rows if row.path == f"auth.{name}") for name in _AUTH)
        rest = [row for row in rows if row not in (strength, factors, interactive, at)]
        given = [one for one in self.values(factors, now) if one] if factors.cedar in self.cuts.read else [None]
        strengths = self.values(strength, now)
        usual = {**USUAL_FACTORS, 3: USUAL_FACTORS[2] | USUAL_FACTORS[3]}
        proofs = [(one, each or usual[one], True) for one in strengths for each in given]
        if not self.cuts.read.isdisjoint({interactive.cedar, factors.cedar}):
            weaker = sorted({min(one, STRONGEST_TOKEN) for one in strengths})
            proofs = [*((one, frozenset[str](), False) for one in weaker), *proofs]
        paths = [row.path for row in (strength, factors, interactive, at, *rest)]
        return [
            dict(zip(paths, (*proof, *values), strict=True))
            for proof in proofs
            for values in product(*(self.values(row, now) for row in (at, *rest)))
        ]

    # One attribute alone

    def values(self, row: Attribute, now: Instant) -> tuple[Any, ...]:
        """The values of one attribute that stand for all, the worst first. What no policy reads has its best alone."""
        path, read = row.cedar, self.cuts.read
        is_read = path in read or (path == "context.place.country" and "context.place.known" in read)
        match row.kind:
            case Kind.BOOL:
                return (row.worst, row.best) if is_read else (row.best,)
            case Kind.CHOICE:
                return row.choices if is_read else row.choices[-1:]
            case Kind.TEXT:
                return ("", *self.texts(path)) if is_read or path == "context.device.id" else ("",)
            case Kind.ADDRESS:
                return (None, *self.addresses()) if is_read else (None,)
            case Kind.SET:
                return tuple(self._sets(row)) if is_read else (frozenset(),)
            case Kind.INSTANT:
                instants = self.instants_after if path == "context.grant.until" else self.instants_before
                return instants(path, now)
        if not is_read:
            return (row.best,)
        numbers = self.numbers(path)
        return tuple(sorted({row.best, *numbers}, reverse=True)) if row.better is Better.LOWER else numbers

    def numbers(self, path: str) -> tuple[int, ...]:
        """The highest number of each class, ascending. What no policy reads has its highest alone."""
        row, borders = ATTRIBUTES.table.by_cedar[path], self.cuts.numbers.get(path, frozenset())
        high = max([row.greatest, *borders]) if row.is_open else row.greatest
        return tuple(sorted({*(one - 1 for one in borders if row.least < one <= high), high}))

    def texts(self, path: str) -> tuple[str, ...]:
        """Every text that a policy names there, one for each pattern, and one that none names or matches; never ""."""
        named = self.cuts.texts.get(path, frozenset()) - {""}
        patterns = self.cuts.patterns.get(path, frozenset())
        other = OTHER_TEXTS.get(path, "another")
        if any(like(other, pattern) for pattern in patterns):
            other = _strange(patterns)
        grown = other[-1] if patterns else "-"
        while other in named:
            other += grown
        return (*sorted(named | {_matching(pattern, named) for pattern in patterns}), other)

    def instants_before(self, path: str, now: Instant) -> tuple[Instant, ...]:
        """The latest instant of each class up to `now`, ascending; the last is `now` itself."""
        return tuple(sorted({*(one - 1 for one in self.cuts.borders(path, now) if 1 < one <= now), now}))

    def instants_after(self, path: str, now: Instant) -> tuple[Instant, ...]:
        """The latest instant of each class after `now`, ascending, the last further away than any of them."""
        ends = sorted(one for one in self.cuts.borders(path, now) if one > now + 1)
        return (*(one - 1 for one in ends), max([now + FAR, *ends]))

    def addresses(self) -> tuple[tuple[int, int], ...]:
        """The first address of each stretch of addresses that the policies tell apart, in both versions of IP."""
        return tuple(sorted({(4, 0), (6, 0), *self.cuts.addresses}))

    def _sets(self, row: Attribute) -> Iterator[frozenset[str]]:
        """Every set of the named members, with and without one that is not named."""
        named = [one for one in sorted(self.cuts.texts.get(row.cedar, ())) if not row.choices or one in row.choices]
        others = [one for one in row.choices or ("another", *(f"another-{one}" for one in named)) if one not in named]
        each = [*others[:1], *named]
        for size in range(len(each) + 1):
            yield from (frozenset(some) for some in combinations(each, size))


def _made_coherent(known: dict[str, Any]) -> dict[str, Any]:
    """A place is known where its country is, and a known device has an id."""
    if "place.known" in known:
        return {**known, "place.known": known["place.country"] != ""}
    if known.get("device.id") == "":
        return {**known, "device.known": False}
    return known


def _strange(patterns: Iterable[tuple[str | None, ...]]) -> str:
    """A letter that no pattern asks for, so that nothing made of it matches one that asks for any letter at all."""
    asked = {letter for pattern in patterns for part in pattern for letter in part or ""}
    return next(letter for letter in map(chr, range(ord("z"), sys.maxunicode)) if letter not in asked)


def _matching(pattern: tuple[str | None, ...], named: frozenset[str]) -> str:
    """A text that the pattern matches and nobody names, where there is one."""
    filling = "-"
    while None in pattern and "".join(filling if part is None else part for part in pattern) in named:
        filling += "-"
    return "".join(filling if part is None else part for part in pattern)
