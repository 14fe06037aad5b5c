"""Facts that stand for all others: one value of each class that some policies can tell apart, noun by noun.

A policy that says `context.auth.strength >= 3` tells 2 from 3 and nothing else, so one value below and one above stand
for all. Values are coherent (an unknown device has every attribute at its worst), the worst first, and *unknown* is
always among them. What is computed in a way that has no such classes is named in `unsplit`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from itertools import combinations, product
from typing import Final

from limen.cedar import Policy
from limen.cedar.operators import like
from limen.clock import DAY, Instant
from limen.facts import (
    NOWHERE,
    STRONGEST_TOKEN,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    Auth,
    Device,
    Factor,
    Grant,
    Place,
    Risk,
    Session,
)
from limen.policy.proof.cuts import BINDING, NUMBERS, Cuts, cuts_of
from limen.policy.proof.order import COMPLIANCE

FAR: Final = 30 * DAY
"""How long the longest grant lasts that is looked at, where no policy names a longer time."""
USUAL_FACTORS: Final[Mapping[int, frozenset[Factor]]] = {
    0: frozenset(),
    1: frozenset({Factor.PASSWORD}),
    2: frozenset({Factor.PASSWORD, Factor.CODE}),
    3: frozenset({Factor.PASSWORD, Factor.CODE, Factor.PASSKEY}),
}
"""Factors that give this strength, for whoever does not care which; the stronger has all of the weaker."""
OTHER_TEXTS: Final[Mapping[str, str]] = {
    "context.place.country": "ZZ",
    "context.place.network": "another-network",
    "context.device.platform": "another-platform",
    "context.device.id": "another-device",
}
"""A value that no policy names. ZZ is a country code that ISO 3166 leaves to its users."""


def representatives_of(policies: Iterable[Policy]) -> Representatives:
    """What stands for all facts under these policies together."""
    return Representatives(cuts_of(policies))


@dataclass(frozen=True)
class Representatives:
    """One value of every class of each noun, the worst first.

    A noun that no policy reads has one class, its best value (for a device, a place and a risk: known and in order).
    The nouns do not depend on each other, so all worlds are their product.
    """

    cuts: Cuts

    @property
    def unsplit(self) -> tuple[tuple[str, str], ...]:
        """(policy, expression) pairs of which the values here do not stand for all."""
        return self.cuts.unsplit

    def is_read(self, noun: str) -> bool:
        """Does any policy read "auth", "session", "device", "place", "risk", "grant" or "time"?"""
        return any(path.startswith(f"context.{noun}.") for path in self.cuts.read)

    def auths(self, now: Instant) -> tuple[Auth, ...]:
        """Proofs given at or before `now`; nothing proved is the first."""
        if not self.is_read("auth"):
            return (Auth(3, USUAL_FACTORS[3], now),)
        strengths = self.numbers("context.auth.strength") if "context.auth.strength" in self.cuts.read else (3,)
        known = [
            Auth(strength, factors, at)
            for strength in strengths
            for factors in (self._factors if self._factors is not None else (USUAL_FACTORS[strength],))
            for at in self.instants_before("context.auth.at", now)
        ]
        return (UNPROVED, *self._tokens(strengths, now), *known)

    def _tokens(self, strengths: tuple[int, ...], now: Instant) -> list[Auth]:
        """What is known of a program's token, where that can be told from what somebody proved in a browser."""
        if self.cuts.read.isdisjoint({"context.auth.interactive", "context.auth.factors"}):
            return []
        weaker = sorted({min(strength, STRONGEST_TOKEN) for strength in strengths})
        return [
            Auth(strength, frozenset(), at, by_token=True)
            for strength in weaker
            for at in self.instants_before("context.auth.at", now)
        ]

    def sessions(self, now: Instant) -> tuple[Session | None, ...]:
        """Sign-ins that began at or before `now`; None is the first where any policy reads them."""
        ats = self.instants_before("context.session.started", now)
        known = [Session("a-session", "", UNPROVED, at, now + DAY, DAY) for at in ats]
        return (None, *known) if self.is_read("session") else tuple(known[-1:])

    def devices(self, now: Instant) -> tuple[Device, ...]:
        """Devices last seen at or before `now`; the unknown one is the first."""
        read = self.cuts.read
        compliances = COMPLIANCE if "context.device.compliance" in read else COMPLIANCE[-1:]
        manageds = (False, True) if "context.device.managed" in read else (True,)
        platforms = ("", *self.texts("context.device.platform")) if "context.device.platform" in read else ("",)
        known = [
            Device(name, True, compliance, managed, binding, platform, seen)
            for name, compliance, managed, binding, platform, seen in product(
                self.texts("context.device.id"),
                compliances,
                manageds,
                self.numbers("context.device.binding"),
                platforms,
                self.instants_before("context.device.seen", now),
            )
        ]
        return (UNKNOWN_DEVICE, *known) if self.is_read("device") else tuple(known[-1:])

    def places(self) -> tuple[Place, ...]:
        """Where a request may come from; nowhere known is the first."""
        if not self.is_read("place"):
            return (Place(anonymiser=False),)
        read = self.cuts.read
        has_country = not read.isdisjoint({"context.place.country", "context.place.known"})
        countries = ("", *self.texts("context.place.country")) if has_country else ("",)
        networks = ("", *self.texts("context.place.network")) if "context.place.network" in read else ("",)
        addresses = ("", *self.addresses()) if "context.place.address" in read else ("",)
        anonymisers = (True, False) if "context.place.anonymiser" in read else (False,)
        known = [
            Place(address, bool(country), country, network, anonymiser)
            for country, network, address, anonymiser in product(countries, networks, addresses, anonymisers)
        ]
        return tuple(dict.fromkeys((NOWHERE, *known)))

    def risks(self, now: Instant) -> tuple[Risk, ...]:
        """Risks from the highest to the lowest; the unknown one is the first."""
        if not self.is_read("risk"):
            return (Risk(0, known=True, at=now),)
        scores = self.numbers("context.risk.score")
        return (UNKNOWN_RISK, *(Risk(score, known=True, at=now) for score in sorted({0, *scores}, reverse=True)))

    def grants(self, app: str, actions: frozenset[str], now: Instant) -> tuple[tuple[Grant, ...], ...]:
        """No grant, and grants for these actions on this app that end after `now`, the shortest first."""
        if not self.is_read("grant"):
            return ((),)
        ends = sorted(one for one in self.cuts.borders("context.grant.until", now) if one > now + 1)
        untils = [*(one - 1 for one in ends), max([now + FAR, *ends])]
        return ((), *((Grant("a-grant", app, actions, until),) for until in untils))

    # One path alone

    def numbers(self, path: str) -> tuple[int, ...]:
        """The highest number of each class, ascending. What no policy reads has its highest alone."""
        low, high = NUMBERS[path]
        borders = self.cuts.numbers.get(path, frozenset())
        if path == BINDING:
            high = max([high, *borders])
        return tuple(sorted({*(one - 1 for one in borders if low < one <= high), high}))

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

    def addresses(self) -> tuple[str, ...]:
        """The first address of each stretch of addresses that the policies tell apart, in both versions of IP."""
        firsts = {(4, 0), (6, 0), *self.cuts.addresses}
        return tuple(
            str(IPv4Address(number) if version == 4 else IPv6Address(number)) for version, number in sorted(firsts)
        )

    @cached_property
    def _factors(self) -> tuple[frozenset[Factor], ...] | None:
        """Every set of the named factors, with and without one that is not named; None where nobody asks."""
        if "context.auth.factors" not in self.cuts.read:
            return None
        named = [one for one in Factor if one in self.cuts.texts.get("context.auth.factors", ())]
        others = [one for one in Factor if one not in named]
        return tuple(_subsets([*others[:1], *named]))


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


def _subsets(factors: list[Factor]) -> Iterator[frozenset[Factor]]:
    for size in range(1, len(factors) + 1):
        yield from (frozenset(some) for some in combinations(factors, size))
