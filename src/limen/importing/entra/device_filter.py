"""The rule of a device filter (`device.isCompliant -eq True -and …`), as far as Limen knows such devices.

Written by Microsoft's page *Conditional Access: Filter for devices*. What is asked of it is which devices certainly
match, or certainly don't: whatever Limen can't tell makes these fewer, so that fewer are let off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import (
    NEVER,
    Condition,
    HealthyDevice,
    ManagedDevice,
    NotOnPlatforms,
    OnPlatforms,
    all_of,
    any_of,
)

MOST_TEXT: Final = 3_072
"""Characters that Entra ID takes for a rule."""
_DEEPEST: Final = 20
_TOKEN: Final = re.compile(r"""\s*(?:(?P<sign>[()\[\],])|(?P<text>"[^"]*"|'[^']*')|(?P<word>[^\s()\[\],"']+))""")
_NEGATIVE: Final = {"-ne": "-eq", "-notin": "-in"}
"""Of each operator that denies, the one that it denies."""
_OPERATORS: Final = {
    "-eq", "-ne", "-startswith", "-notstartswith", "-endswith", "-notendswith",
    "-contains", "-notcontains", "-in", "-notin",
}  # fmt: skip
PLATFORMS: Final = {
    "windows": ("windows",),
    "macos": ("macos",),
    "macmdm": ("macos",),
    "ios": ("ios", "ipados"),
    "iphone": ("ios",),
    "ipados": ("ipados",),
    "ipad": ("ipados",),
    "android": ("android",),
    "androidforwork": ("android",),
    "linux": ("linux",),
}
"""What Entra ID calls an operating system, in small letters, to Limen's platforms."""
_JOINED: Final = frozenset({"azuread", "serverad"})


@dataclass(frozen=True, slots=True)
class Filtered:
    """`condition` holds only where it is certain. `is_exact`: wherever it does not hold, the rule says the contrary."""

    condition: Condition
    is_exact: bool


class FilterError(ValueError):
    """The rule is none that Microsoft documents."""


def certainly(rule: str, *, matches: bool) -> Filtered:
    """When a device certainly matches the rule, or certainly does not. Raises `FilterError`."""
    if len(rule) > MOST_TEXT:
        raise FilterError("the rule is too long")
    reader = _Reader(_tokens(rule), matches=matches)
    return Filtered(reader.whole(), reader.is_exact)


def on_platforms(names: frozenset[str], *, is_one_of: bool) -> Condition:
    """The device is known to run one of these, or another system."""
    known = tuple(sorted({each for one in names for each in PLATFORMS[one]}))
    return OnPlatforms(known) if is_one_of else NotOnPlatforms(known)


def _tokens(rule: str) -> list[str]:
    tokens, at, end = [], 0, len(rule.rstrip())
    while at < end:
        found = _TOKEN.match(rule, at)
        if found is None:
            raise FilterError("a quote is never closed")
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Reader:
    """Reads by descent. `matches` turns over below each `-not`, so that nothing is negated afterwards."""

    def __init__(self, tokens: list[str], *, matches: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._matches = matches
        self.is_exact = True

    def whole(self) -> Condition:
        found = self._either()
        if self._at < len(self._tokens):
            raise FilterError("something stands behind the rule")
        return found

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise FilterError("the rule ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _comes(self, word: str) -> bool:
        is_there = self._at < len(self._tokens) and self._tokens[self._at].casefold() == word
        self._at += is_there
        return is_there

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._comes("-or"):
            parts.append(self._both())
        return any_of(*parts) if self._matches else all_of(*parts)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._comes("-and"):
            parts.append(self._one())
        return all_of(*parts) if self._matches else any_of(*parts)

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError("the rule nests too deeply")
        if self._comes("-not"):
            self._matches = not self._matches
            found = self._one()
            self._matches = not self._matches
        elif self._comes("("):
            found = self._either()
            if not self._comes(")"):
                raise FilterError("a bracket is never closed")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Condition:
        name, operator = self._next().casefold(), self._next().casefold()
        if not name.startswith("device.") or operator not in _OPERATORS:
            raise FilterError("a comparison is written `device.property -operator value`")
        found, is_exact = _literal(name.removeprefix("device."), operator, self._values(), matches=self._matches)
        self.is_exact = self.is_exact and is_exact
        return found

    def _values(self) -> frozenset[str]:
        if not self._comes("["):
            return frozenset({_bare(self._next())})
        values = set()
        while not self._comes("]"):
            values.add(_bare(self._next()))
            self._comes(",")
        return frozenset(values)


def _bare(token: str) -> str:
    if token in {"(", ")", "[", "]", ","}:
        raise FilterError("a value is missing")
    return token.strip("\"'").casefold()


def _literal(name: str, operator: str, values: frozenset[str], *, matches: bool) -> tuple[Condition, bool]:
    """When this comparison certainly holds, or not; and whether that is all of it.

    Of a device that is not registered everything is null, of which only what denies holds: such devices are unknown to
    Limen, and what says nothing of unknown devices is exact only where it would not let them off in Entra ID either.
    """
    is_denied = operator in _NEGATIVE
    if _NEGATIVE.get(operator, operator) not in {"-eq", "-in"} or not values:
        return NEVER, False
    is_one_of = matches != is_denied  # whether the device's value has to be one of these
    lets_unknown_off = matches == is_denied
    if name == "iscompliant" and values in ({"true"}, {"false"}):
        return (HealthyDevice(), not lets_unknown_off) if is_one_of == ("true" in values) else (NEVER, False)
    if name == "deviceownership" and values == {"company"} and is_one_of:
        return ManagedDevice(), True
    if name == "trusttype" and is_one_of and values <= _JOINED:
        return ManagedDevice(), values == _JOINED
    if name == "operatingsystem" and values <= set(PLATFORMS):
        return on_platforms(values, is_one_of=is_one_of), not lets_unknown_off
    return NEVER, False
