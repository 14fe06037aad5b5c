"""A condition in words, for the titles of policies: `Sales, with two factors, from 192.0.2.0/24`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from limen.importing.conditions import (
    AllOf,
    AnyOf,
    AtTheKeyboard,
    ByMethods,
    Condition,
    ConfirmedWithin,
    DuringHours,
    FromCountries,
    FromNetworks,
    HealthyDevice,
    InGroup,
    ManagedDevice,
    Not,
    NotFromCountries,
    NotFromNetworks,
    NotOnPlatforms,
    OnPlatforms,
    OnRoutes,
    RiskBelow,
    Strength,
    WithSecurityKeys,
)
from limen.importing.names import spoken

_STRENGTHS: Final = {1: "with one factor", 2: "with two factors", 3: "with a passkey"}
_DAYS: Final = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST: Final = 3


def described(condition: Condition, names: Mapping[str, str]) -> str:
    """The condition as a phrase that begins with who is meant. `names` are those of groups, by key."""
    parts = list(condition.conditions) if isinstance(condition, AllOf) else [condition]
    who = [one for one in parts if isinstance(one, InGroup)]
    rest = [_said(one, names) for one in parts if not isinstance(one, InGroup)]
    first = " and ".join(_said(one, names) for one in who) or "everyone"
    return ", ".join([first, *(one for one in rest if one)])


def _said(condition: Condition, names: Mapping[str, str]) -> str:
    match condition:
        case InGroup(key):
            return spoken(names.get(key, key), 60)
        case Not(inner):
            return f"not {_said(inner, names)}"
        case AllOf(conditions):
            return " and ".join(_said(one, names) for one in conditions)
        case AnyOf(conditions):
            return _listed((_said(one, names) for one in conditions), " or ")
    return _FACTS[type(condition)](condition)


def _listed(words: Iterable[object], between: str = ", ") -> str:
    every = list(map(str, words))
    more = f" and {len(every) - _MOST} more" if len(every) > _MOST else ""
    return between.join(every[:_MOST]) + more


def _hours(one: DuringHours) -> str:
    days = "" if len(one.weekdays) == 7 else " ".join(_DAYS[day] for day in sorted(one.weekdays)) + " "
    return f"{days}{one.start // 60:02}:{one.start % 60:02} to {one.end // 60:02}:{one.end % 60:02}"


_FACTS: Final[Mapping[type, Callable[[Any], str]]] = {
    Strength: lambda one: _STRENGTHS[one.least],
    ConfirmedWithin: lambda one: f"confirmed within {one.minutes} minutes",
    FromNetworks: lambda one: f"from {_listed(one.networks)}",
    NotFromNetworks: lambda one: f"not from {_listed(one.networks)}",
    FromCountries: lambda one: f"from {_listed(one.countries)}",
    NotFromCountries: lambda one: f"not from {_listed(one.countries)}",
    HealthyDevice: lambda _: "from a healthy device",
    ManagedDevice: lambda _: "from a managed device",
    OnPlatforms: lambda one: f"on {_listed(one.platforms)}",
    NotOnPlatforms: lambda one: f"not on {_listed(one.platforms)}",
    AtTheKeyboard: lambda _: "without a token",
    WithSecurityKeys: lambda one: f"with a security key of {len(one.models)} models",
    RiskBelow: lambda one: f"at a risk below {one.score}",
    DuringHours: _hours,
    ByMethods: lambda one: f"by {_listed(sorted(one.methods))}",
    OnRoutes: lambda _: "",  # what is opened says it
}
