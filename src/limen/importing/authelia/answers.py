"""What Authelia answered to people of the export, rule by rule, as policy tests for the apps of one kind of path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.importing.authelia.hosts import Fit
from limen.importing.authelia.rules import Rule, Rules
from limen.importing.conditions import AllOf, AnyOf, Condition, InGroup
from limen.importing.first_match import REFUSED
from limen.importing.model import App, Expected, Person

MOST: Final = 12
"""Tests of one app: for each kind of person one at each strength."""


def expected_of(app: App, rules: Rules, people: Iterable[Person]) -> Iterator[Expected]:
    """For everybody whose groups differ, whether a password alone, and two factors, let them in."""
    about = [one for one in rules.rules if one.hosts.fit(app.host) is not Fit.NO]
    if app.patterns or any(_is_about_more(one, app) for one in about):
        return
    kinds = dict.fromkeys(one.groups for one in sorted(people, key=lambda one: one.account) if one.is_active)
    named = {key for rule in about for key in _named(rule.subject)}
    seen: set[frozenset[str]] = set()
    for groups in kinds:
        held = groups & named
        if held in seen or len(seen) * 2 >= MOST:
            continue
        seen.add(held)
        level = next((one.level for one in about if _is_met(one.subject, held)), rules.default)
        who = ", ".join(sorted(held)) or "nobody that a rule names"
        for strength in (1, 2):
            yield Expected(
                f"{app.host} for {who}, strength {strength}",
                app.key,
                tuple(sorted(held)),
                is_permitted=level != REFUSED and strength >= level,
                strength=strength,
            )


def _is_about_more(rule: Rule, app: App) -> bool:
    """Whether more than who asks decides whether it fits."""
    is_plain = rule.networks is None and not rule.methods and rule.is_sure and rule.paths.is_exact
    return not is_plain or rule.hosts.fit(app.host) is not Fit.YES


def _is_met(subject: Condition, held: frozenset[str]) -> bool:
    match subject:
        case InGroup(key):
            return key in held
        case AllOf(conditions):
            return all(_is_met(one, held) for one in conditions)
        case AnyOf(conditions):
            return any(_is_met(one, held) for one in conditions)
    return False


def _named(subject: Condition) -> Iterator[str]:
    match subject:
        case InGroup(key):
            yield key
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from _named(one)
