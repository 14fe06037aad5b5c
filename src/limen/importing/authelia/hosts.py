"""`domain` and `domain_regex` of a rule: whether a host surely, maybe or never belongs to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from limen.company.upstream_section import HOST
from limen.importing.report import Effect, Path, Report

_OF_PERSON: Final = ("{user}", "{group}")
_TOKEN: Final = re.compile(
    r"(?P<escaped>\\[.\-])|(?P<many>(?:\[a-z0-9-\]|\[a-z0-9\]|\[a-z\]|\\w|\\d|\[0-9\]|\[\^\.\]|\.)[+*])"
    r"|\((?:\?:)?(?P<words>[a-z0-9-]+(?:\|[a-z0-9-]+)*)\)(?![?*+{])|(?P<letter>[a-z0-9-])(?![?*+{])"
)
_LONGEST: Final = 250
_CLASSES: Final = {
    "[a-z0-9-]": "[a-z0-9-]",
    "[a-z0-9]": "[a-z0-9]",
    "[a-z]": "[a-z]",
    "\\w": "[a-z0-9]",
    "\\d": "[0-9]",
    "[0-9]": "[0-9]",
    "[^.]": "[a-z0-9-]",
    "[^\\.]": "[a-z0-9-]",
    ".": "[a-z0-9.-]",
}


class Fit(Enum):
    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts by name, by what they end in, and by an expression. `maybe_ends`: some that end so, which depends on who
    asks. `some`: others, of which nothing can be told.
    """

    names: frozenset[str] = frozenset()
    ends: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ()
    maybe_ends: tuple[str, ...] = ()
    some: bool = False

    def also(self, other: Hosts) -> Hosts:
        """What either has."""
        return Hosts(
            self.names | other.names,
            self.ends + other.ends,
            self.forms + other.forms,
            self.maybe_ends + other.maybe_ends,
            self.some or other.some,
        )

    def fit(self, host: str) -> Fit:
        is_one = host in self.names or any(host.endswith(end) for end in self.ends)
        if is_one or any(_fits(form, host) for form in self.forms):
            return Fit.YES
        return Fit.MAYBE if self.some or any(host.endswith(end) for end in self.maybe_ends) else Fit.NO


def read_domain(value: Any, at: Path, report: Report) -> Hosts:
    """`wiki.harbor.example`, `*.harbor.example`, `{user}.harbor.example`."""
    host = value.lower() if isinstance(value, str) else ""
    if any(one in host for one in _OF_PERSON):
        why = "hosts that depend on who asks are not known: the rule opens nothing there, and still refuses"
        report.not_translated(at, why, Effect.STRICTER)
        end = host.rpartition("}")[2]
        return Hosts(maybe_ends=(end,)) if end.startswith(".") and HOST.fullmatch(end[1:]) else Hosts(some=True)
    if host.startswith("*.") and HOST.fullmatch(host[2:]):
        report.translated(at, "every app whose host ends so")
        return Hosts(ends=(host[1:],))
    if HOST.fullmatch(host):
        report.translated(at, "the app at this host")
        return Hosts(names=frozenset({host}))
    report.not_translated(at, "this is not a host", Effect.STRICTER)
    return Hosts(some=True)


def read_domain_regex(value: Any, at: Path, report: Report) -> Hosts:
    """An expression over the host: letters, alternatives of words, and classes that repeat."""
    form = _form(value) if isinstance(value, str) else None
    if form is None:
        why = "this expression is not understood: the rule opens nothing by it, and still refuses"
        report.not_translated(at, why, Effect.STRICTER)
        return Hosts(some=True)
    report.translated(at, "every app whose host fits")
    return Hosts(forms=(form,))


def _form(text: str) -> tuple[str, ...] | None:
    """The parts of a whole expression: words to choose from, or a class with `+` or `*`; None for another one."""
    if len(text) > _LONGEST or not (text.startswith("^") and text.endswith("$")):
        return None
    parts: list[str] = []
    at, inside = 0, text[1:-1]
    while at < len(inside):
        found = _TOKEN.match(inside, at)
        if found is None:
            return None
        if found["many"]:
            of, often = found["many"][:-1], found["many"][-1]
            if of not in _CLASSES:
                return None
            parts.append(f"{often}{_CLASSES[of]}")
        elif found["words"]:
            parts.append(f"={found['words'].lower()}")
        else:
            parts.append(f"={(found['escaped'] or found['letter'])[-1]}")
        at = found.end()
    return tuple(parts) if parts else None


def _fits(form: tuple[str, ...], host: str) -> bool:
    """Whether the form is all of the host: the places that can be reached, part by part, so that it takes no longer
    than host times form.
    """
    places = {0}
    for part in form:
        if part[0] == "=":
            places = {
                place + len(word) for place in places for word in part[1:].split("|") if host.startswith(word, place)
            }
        else:
            allowed = re.compile(part[1:])
            reached = set() if part[0] == "+" else set(places)
            for place in places:
                end = place
                while end < len(host) and allowed.fullmatch(host[end]):
                    end += 1
                    reached.add(end)
            places = reached
    return len(host) in places
