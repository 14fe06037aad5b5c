"""Under which conditions somebody has access, as a tree that every reader builds and the writer turns into Cedar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class InGroup:
    """The person is in this group, by the old system's key for it (`model.Group.key`)."""

    key: str


@dataclass(frozen=True, slots=True)
class Strength:
    """They signed in at least so strongly: 1 one factor, 2 two, 3 phishing-resistant."""

    least: int


@dataclass(frozen=True, slots=True)
class ConfirmedWithin:
    """They confirmed who they are within so many minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class FromNetworks:
    """The request comes from one of these networks. An address that is not known is in none of them."""

    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class NotFromNetworks:
    """The address is known, and in none of these networks."""

    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class FromCountries:
    """The request comes from one of these countries (ISO 3166, two letters)."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotFromCountries:
    """The country is known, and none of these."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthyDevice:
    """The device meets the company's rules."""


@dataclass(frozen=True, slots=True)
class ManagedDevice:
    """The company manages the device."""


@dataclass(frozen=True, slots=True)
class OnPlatforms:
    """The device runs one of these systems, as Limen names them: `linux`, `macos`, `windows`, `ios`, `android`."""

    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotOnPlatforms:
    """The system of the device is known, and none of these."""

    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtTheKeyboard:
    """Somebody signed in themselves: no program with their token."""


@dataclass(frozen=True, slots=True)
class WithSecurityKeys:
    """They confirmed with a security key of one of these attested models, by their AAGUIDs."""

    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskBelow:
    """The risk is known and less than this, of 100."""

    score: int


@dataclass(frozen=True, slots=True)
class DuringHours:
    """On these weekdays (1 is Monday), from one minute of the day up to and without another, in the company's zone."""

    weekdays: frozenset[int] = frozenset(range(1, 8))
    start: int = 0
    end: int = 1440


@dataclass(frozen=True, slots=True)
class ByMethods:
    """The request has one of these HTTP methods."""

    methods: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnRoutes:
    """The request is one of these routes of the app, by their patterns in apps.yaml (`/admin/**`)."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary. Only of what can't be unknown, since the unknown must never open anything: groups, methods, routes,
    and what is made of them.
    """

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of them holds; of none, always."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them holds; of none, never."""

    conditions: tuple[Condition, ...] = ()


Condition: TypeAlias = (
    InGroup
    | Strength
    | ConfirmedWithin
    | FromNetworks
    | NotFromNetworks
    | FromCountries
    | NotFromCountries
    | HealthyDevice
    | ManagedDevice
    | OnPlatforms
    | NotOnPlatforms
    | AtTheKeyboard
    | WithSecurityKeys
    | RiskBelow
    | DuringHours
    | ByMethods
    | OnRoutes
    | Not
    | AllOf
    | AnyOf
)

_ORDER: Final[tuple[type, ...]] = (
    InGroup,
    AnyOf,
    AllOf,
    Not,
    FromNetworks,
    NotFromNetworks,
    FromCountries,
    NotFromCountries,
    Strength,
    ConfirmedWithin,
    HealthyDevice,
    ManagedDevice,
    OnPlatforms,
    NotOnPlatforms,
    AtTheKeyboard,
    WithSecurityKeys,
    RiskBelow,
    DuringHours,
    ByMethods,
    OnRoutes,
)
ALWAYS: Final = AllOf()
NEVER: Final = AnyOf()
MOST_TERMS: Final = 12
"""Into how many alternatives a condition is taken apart."""

MOST_COMPARED: Final = 400
"""How many alternatives are held against each other, to leave away what another one covers."""


def all_of(*conditions: Condition) -> Condition:
    """Each of them, in the simplest form: without what always holds, and never where one of them never does."""
    flat: dict[Condition, None] = {}
    for one in conditions:
        for part in one.conditions if isinstance(one, AllOf) else (one,):
            flat[part] = None
    if NEVER in flat:
        return NEVER
    choices = [one for one in flat if isinstance(one, AnyOf)]
    for choice in choices:  # one of several holds already
        if any(option in flat for option in choice.conditions):
            del flat[choice]
    strengths = [one for one in flat if isinstance(one, Strength)]
    for weaker in sorted(strengths, key=lambda one: one.least)[:-1]:
        del flat[weaker]
    return next(iter(flat)) if len(flat) == 1 else AllOf(tuple(sorted(flat, key=_place)))


def any_of(*conditions: Condition) -> Condition:
    """At least one of them, in the simplest form: without what never holds, and without what another one covers."""
    flat: dict[Condition, None] = {}
    for one in conditions:
        for part in one.conditions if isinstance(one, AnyOf) else (one,):
            flat[part] = None
    if ALWAYS in flat:
        return ALWAYS
    if len(flat) > MOST_COMPARED:
        return AnyOf(tuple(flat))
    kept: list[Condition] = []
    for one in flat:
        if not any(_covers(other, one) for other in kept):
            kept = [other for other in kept if not _covers(one, other)] + [one]
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negated(condition: Condition) -> Condition:
    """The contrary, with every *not* as far inside as it goes. What could be unknown and has no contrary that is safe
    becomes `NEVER`: nothing opens by it.
    """
    match condition:
        case AllOf(conditions):
            return any_of(*map(negated, conditions))
        case AnyOf(conditions):
            return all_of(*map(negated, conditions))
        case Not(inner):
            return inner
        case FromNetworks(networks):
            return NotFromNetworks(networks)
        case NotFromNetworks(networks):
            return FromNetworks(networks)
        case FromCountries(countries):
            return NotFromCountries(countries)
        case NotFromCountries(countries):
            return FromCountries(countries)
        case InGroup() | ByMethods() | OnRoutes() | DuringHours():
            return Not(condition)
    return NEVER


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """The condition as alternatives that each stand for themselves, where there are few enough; else itself alone."""
    found = _alternatives(condition)
    return (condition,) if len(found) > MOST_TERMS else found


def groups_in(condition: Condition) -> Iterator[str]:
    """The keys of the groups that it names."""
    match condition:
        case InGroup(key):
            yield key
        case Not(inner):
            yield from groups_in(inner)
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from groups_in(one)


def size(condition: Condition) -> int:
    """How many facts it names, written out: what several conditions share counts for each of them."""
    match condition:
        case Not(inner):
            return size(inner)
        case AllOf(conditions) | AnyOf(conditions):
            return 1 + sum(map(size, conditions))
    return 1


@cache
def _alternatives(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, AnyOf):
        return tuple(dict.fromkeys(part for one in condition.conditions for part in _alternatives(one)))
    if isinstance(condition, AllOf):
        terms: list[Condition] = [ALWAYS]
        for one in condition.conditions:
            parts = _alternatives(one)
            if len(terms) * len(parts) > MOST_TERMS:
                return (condition,)
            terms = [all_of(term, part) for term in terms for part in parts]
        simplest = any_of(*terms)
        return simplest.conditions if isinstance(simplest, AnyOf) else (simplest,)
    return (condition,)


def _place(condition: Condition) -> tuple[int, str]:
    """Who, from where, how strongly, when, and what of the app: one order, so that equal conditions are equal."""
    return _ORDER.index(type(condition)), repr(condition)


def _covers(wide: Condition, narrow: Condition) -> bool:
    """Whether `wide` plainly holds wherever `narrow` does. That it says no does not mean that it doesn't."""
    if isinstance(wide, Strength):
        return any(isinstance(one, Strength) and one.least >= wide.least for one in _parts(narrow))
    if isinstance(wide, AllOf):
        return all(_covers(one, narrow) for one in wide.conditions)
    return wide in _parts(narrow)


def _parts(condition: Condition) -> Iterable[Condition]:
    return condition.conditions if isinstance(condition, AllOf) else (condition,)
