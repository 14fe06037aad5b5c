"""Rules of which the first that fits counts, as conditions under which somebody has access.

A rule gives access at a strength, opens something to everybody, or refuses. What can't be told of a rule (whether it
fits, by something that Limen does not look at) is never read in anybody's favour: such a rule opens nothing by itself,
and still refuses what it could refuse. So what comes out never gives more than the rules do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import ALWAYS, NEVER, Condition, Strength, all_of, any_of, negated

OPEN: Final = 0
REFUSED: Final = 99
"""Open to everybody, and to nobody. Between them are strengths."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule for one kind of request: it fits under `when`, and asks for `level`. `is_sure`: whether it fits is wholly
    said by `when`; otherwise it fits at most then.
    """

    when: Condition
    level: int
    is_sure: bool = True


def ways_in(rules: Sequence[Ruled]) -> tuple[Condition, ...]:
    """The conditions under which somebody who is signed in has access, one for each rule that gives any.

    A rule before it stands in the way only where it asks for more: where it asks for as much or less, whoever meets
    this one meets that one.
    """
    found: dict[Condition, None] = {}
    for at, rule in enumerate(rules):
        if rule.level == REFUSED or not rule.is_sure:
            continue
        barred = [negated(one.when) for one in rules[:at] if one.level > rule.level]
        needed = Strength(max(rule.level, 1))
        found[all_of(rule.when, needed, *barred)] = None
    return tuple(one for one in found if one != NEVER)


def is_open(rules: Iterable[Ruled]) -> bool:
    """Whether everybody gets in without signing in: no rule that asks for anything could come first."""
    for rule in rules:
        if rule.level != OPEN:
            return False
        if rule.is_sure and rule.when == ALWAYS:
            return True
    return False


def as_one(ways: Iterable[Condition]) -> Condition:
    """All ways in as one condition."""
    return any_of(*ways)
