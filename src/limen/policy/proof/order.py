"""The one order of facts: which of two values is worse, with *unknown* at the bottom of each.

Facts hang together by noun: an unknown device has every attribute at its worst, so a noun is compared as a whole, and
one value is no better than another where each of its attributes is no better. Not everything can be compared: Portugal
is neither better nor worse than Germany, but both are better than not knowing.

What is asked for, the time, and the groups of a person are not facts that get worse: they have no place in the order.
The finitely many values that policies can tell apart are in `limen.policy.scenarios.states`.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from limen.clock import Instant
from limen.facts import Auth, Device, Facts, Grant, Person, Place, Risk, Session
from limen.facts.facts import Plain
from limen.policy.attribute import IS_THERE
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.examples import Values

Noun: TypeAlias = Auth | Device | Grant | Person | Place | Risk | Session
More: TypeAlias = "tuple[tuple[str, Plain], ...]"
"""Attributes without a field, as `Facts.more` has them."""

_SINGLE: Final = ("person", "auth", "session", "device", "place", "risk")


def is_no_better(one: Noun | None, other: Noun | None) -> bool:
    """Is `one` the same as `other`, or worse? Both are values of the same noun; None is what is not there."""
    if one is None or other is None:
        return one is None
    if type(one) is not type(other):
        return False
    if not _are_alike(one, other):
        return False
    noun = next(noun.name for noun in ATTRIBUTES.table.nouns.values() if noun.made is type(one))
    return all(
        row.is_no_better(getattr(one, row.field), getattr(other, row.field))
        for row in ATTRIBUTES.table.of_noun(noun)
        if row.field not in {"", IS_THERE}
    )


def is_more_no_better(one: More, other: More) -> bool:
    """The same of the attributes that have no field. What is not there is not known."""
    values, others = dict(one), dict(other)
    return all(
        row.is_no_better(_known(values.get(path), row.worst), _known(others.get(path), row.worst))
        for path, row in ATTRIBUTES.table.loose.items()
        if path in values or path in others
    )


def are_values_no_better(one: Values, other: Values) -> bool:
    """The same of attributes by their paths; both say the same ones."""
    rows = ATTRIBUTES.table.by_path
    return all(rows[path].is_no_better(value, other[path]) for path, value in one.items())


def are_no_better(one: Facts, other: Facts) -> bool:
    """Are the facts in `one`, noun by noun, the same as in `other`, or worse? Only for the same person and app."""
    return (
        one.app == other.app
        and all(is_no_better(getattr(one, name), getattr(other, name)) for name in _SINGLE)
        and is_more_no_better(one.more, other.more)
        and _covers(one.grants, other.grants)
    )


def _known(value: Any, worst: Any) -> Any:
    return worst if value is None else value


def _are_alike(one: Noun, other: Noun) -> bool:
    """Two people are compared where they are the same person, two grants for the same app, action by action, on the
    same device or on more of them, and two devices where the one's report counts no longer than the other's.
    """
    match one, other:
        case Grant(), Grant():
            return one.app == other.app and one.actions <= other.actions and other.device in {"", one.device}
        case Person(), Person():
            return (one.id, one.groups, one.is_workload) == (other.id, other.groups, other.is_workload)
        case Device(), Device():
            return not one.known or (
                _ends_no_later(one.fades_at, other.fades_at) and _ends_no_later(one.bound_until, other.bound_until)
            )
    return True


def _ends_no_later(one: Instant, other: Instant) -> bool:
    """Of two ends, 0 is none."""
    return not other or 0 < one <= other


def _covers(some: tuple[Grant, ...], others: tuple[Grant, ...]) -> bool:
    return all(any(is_no_better(grant, other) for other in others) for grant in some)
