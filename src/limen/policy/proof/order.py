"""The one order of facts: which of two values is worse, with *unknown* at the bottom of each.

Facts hang together by noun: an unknown device has every attribute at its worst, so a noun is compared as a whole, and
one value is no better than another where each of its attributes is no better. Not everything can be compared: Portugal
is neither better nor worse than Germany, but both are better than not knowing.

What is asked for, the time, and the groups of a person are not facts that get worse: they have no place in the order.
The finitely many values that policies can tell apart are in `limen.policy.proof.representatives`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

from limen.facts import Auth, Device, Facts, Grant, Person, Place, Risk, Session

Noun: TypeAlias = Auth | Device | Grant | Person | Place | Risk | Session


class Better(StrEnum):
    """When one value of an attribute is better than another."""

    HIGHER = "higher"  # numbers, instants (later), and true over false
    LOWER = "lower"
    SUPERSET = "superset"
    KNOWN = "known"  # any value is better than none, and no two values can be compared
    HEALTHIER = "healthier"  # compliance


COMPLIANCE: Final = ("unknown", "non_compliant", "compliant")
"""What a device's compliance can be, the worst first."""

ORDER: Final[Mapping[str, Better]] = {
    "principal.active": Better.HIGHER,
    "context.auth.strength": Better.HIGHER,
    "context.auth.factors": Better.SUPERSET,
    "context.auth.at": Better.HIGHER,
    "context.auth.interactive": Better.HIGHER,
    "context.session.known": Better.HIGHER,
    "context.session.started": Better.HIGHER,
    "context.device.known": Better.HIGHER,
    "context.device.id": Better.KNOWN,
    "context.device.compliance": Better.HEALTHIER,
    "context.device.managed": Better.HIGHER,
    "context.device.binding": Better.HIGHER,
    "context.device.platform": Better.KNOWN,
    "context.device.seen": Better.HIGHER,
    "context.place.known": Better.HIGHER,
    "context.place.country": Better.KNOWN,
    "context.place.address": Better.KNOWN,
    "context.place.network": Better.KNOWN,
    "context.place.anonymiser": Better.LOWER,
    "context.risk.known": Better.HIGHER,
    "context.risk.score": Better.LOWER,
    "context.grant.active": Better.HIGHER,
    "context.grant.until": Better.HIGHER,
}
"""Every attribute of the schema that is a fact and can get worse. A path that is not here is no such fact."""

_OF_NOUNS: Final[Mapping[type, Mapping[str, Better]]] = {
    Auth: {"strength": Better.HIGHER, "factors": Better.SUPERSET, "at": Better.HIGHER, "interactive": Better.HIGHER},
    Session: {"started_at": Better.HIGHER},
    Device: {
        "known": Better.HIGHER,
        "id": Better.KNOWN,
        "compliance": Better.HEALTHIER,
        "managed": Better.HIGHER,
        "binding": Better.HIGHER,
        "platform": Better.KNOWN,
        "seen_at": Better.HIGHER,
    },
    Place: {
        "known": Better.HIGHER,
        "country": Better.KNOWN,
        "address": Better.KNOWN,
        "network": Better.KNOWN,
        "anonymiser": Better.LOWER,
    },
    Risk: {"known": Better.HIGHER, "score": Better.LOWER},
    Grant: {"until": Better.HIGHER, "actions": Better.SUPERSET},
    Person: {"active": Better.HIGHER},
}
"""The same order over the fields of the nouns, as `limen.policy.seen` hands them to the policies."""


def is_value_no_better(how: Better, one: Any, other: Any) -> bool:
    """Is `one` the same as `other`, or worse? "", and None for a missing address, are what is not known."""
    match how:
        case Better.HIGHER:
            return bool(one <= other)
        case Better.LOWER:
            return bool(one >= other)
        case Better.SUPERSET:
            return bool(one <= other)
        case Better.KNOWN:
            return one in ("", None) or one == other
        case Better.HEALTHIER:
            return COMPLIANCE.index(one) <= COMPLIANCE.index(other)


def is_no_better(one: Noun | None, other: Noun | None) -> bool:
    """Is `one` the same as `other`, or worse? Both are values of the same noun; None is what is not there.

    Two grants can be compared where they are for the same app, two people where they are the same person.
    """
    if one is None or other is None:
        return one is None
    if type(one) is not type(other):
        return False
    if isinstance(one, Grant) and isinstance(other, Grant) and one.app != other.app:
        return False
    if isinstance(one, Person) and isinstance(other, Person) and _who(one) != _who(other):
        return False
    return all(
        is_value_no_better(how, getattr(one, name), getattr(other, name)) for name, how in _OF_NOUNS[type(one)].items()
    )


def are_no_better(one: Facts, other: Facts) -> bool:
    """Are the facts in `one`, noun by noun, the same as in `other`, or worse? Only for the same person and app."""
    return (
        one.app == other.app
        and all(is_no_better(getattr(one, name), getattr(other, name)) for name in _SINGLE)
        and _covers(one.grants, other.grants)
    )


def _who(person: Person) -> tuple[str, frozenset[str], bool]:
    return person.id, person.groups, person.is_workload


_SINGLE: Final = ("person", "auth", "session", "device", "place", "risk")


def _covers(some: tuple[Grant, ...], others: tuple[Grant, ...]) -> bool:
    return all(any(is_no_better(grant, other) for other in others) for grant in some)
