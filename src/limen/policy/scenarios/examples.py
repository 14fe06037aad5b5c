"""Facts of which only some attributes matter, made whole as a person could really have them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.facts import (
    ANYBODY,
    STRONGEST_TOKEN,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Person,
    Place,
    Risk,
    Session,
)
from limen.facts.facts import Plain
from limen.policy.attribute import Attribute
from limen.policy.attributes import ATTRIBUTES

Raw: TypeAlias = "bool | int | str | frozenset[str] | tuple[int, int] | None"
"""What a fact is worth, as Python has it. An address is (version, number), or None where it is not known."""
Values: TypeAlias = Mapping[str, Any]
"""What some attributes are worth, by their paths."""

USUAL_FACTORS: Final[Mapping[int, frozenset[str]]] = {
    0: frozenset(),
    1: frozenset({"password"}),
    2: frozenset({"password", "code"}),
    3: frozenset({"passkey"}),
}
"""Factors that give this strength, for whoever does not care which."""


def worst(row: Attribute) -> Raw:
    """What the attribute is worth while it is not known."""
    return frozenset(row.worst) if isinstance(row.worst, tuple) else row.worst


def unknown(noun: str) -> Values:
    """What is read of a noun of which nothing is known."""
    return {row.path: worst(row) for row in ATTRIBUTES.table.of_noun(noun)}


def facts_of(said: Values, person: Person, app: App, action: str, now: Instant) -> Facts:
    """Facts in which these attributes are worth that. What is not said is as usual: somebody proved who they are a
    minute ago with a passkey, on a device that nobody knows, from nowhere in particular.
    """
    if not person.id:
        return Facts(app=app, person=ANYBODY, place=_place(said), more=_more(said, of_person=False))
    auth = _auth(said, now)
    has_session = said.get("session.known", bool(auth.strength) or "session.started" in said)
    started = _number(said, "session.started", auth.at or now - MINUTE)
    until = _number(said, "grant.until", now + HOUR) if said.get("grant.active", "grant.until" in said) else 0
    return Facts(
        app=app,
        person=person,
        auth=auth,
        session=Session("supposed", person.id, auth, started, now + DAY, DAY) if has_session else None,
        device=_device(said, now),
        place=_place(said),
        risk=_risk(said, now),
        grants=(Grant("supposed", app.id, frozenset({action}), until),) if until > now else (),
        more=_more(said, of_person=True),
    )


def address_text(version: int, number: int) -> str:
    return str(ip_address(number.to_bytes(4 if version == 4 else 16, "big")))


def _number(said: Values, path: str, otherwise: int) -> int:
    value = said.get(path, otherwise)
    return value if isinstance(value, int) else otherwise


def _auth(said: Values, now: Instant) -> Auth:
    factors = said.get("auth.factors")
    is_dated_without_factors = factors is not None and not factors and bool(said.get("auth.at"))
    by_token = said.get("auth.interactive") is False or is_dated_without_factors  # only a program proves so
    usual = STRONGEST_TOKEN if by_token else 3 if factors is None else min(len(factors), 2)
    strength = _number(said, "auth.strength", usual)
    if not strength:
        return UNPROVED
    at = _number(said, "auth.at", now - MINUTE)
    if by_token or (factors is not None and not factors):
        return Auth(strength, frozenset(), at, by_token=True)
    return Auth(strength, frozenset(map(Factor, USUAL_FACTORS[strength] if factors is None else factors)), at)


def _device(said: Values, now: Instant) -> Device:
    rows = ATTRIBUTES.table.of_noun("device")
    if not said.get("device.known", any(said.get(row.path, worst(row)) != worst(row) for row in rows)):
        return UNKNOWN_DEVICE
    usual = {"device.id": "supposed", "device.known": True, "device.seen": now}
    given = {row.field: said.get(row.path, usual.get(row.path, worst(row))) for row in rows if row.field}
    return Device(**{**given, "id": given["id"] or usual["device.id"]})


def _place(said: Values) -> Place:
    address = said.get("place.address")
    return Place(
        address_text(*address) if address else "",
        bool(said.get("place.known", said.get("place.country", "") != "")),
        str(said.get("place.country", "")),
        str(said.get("place.network", "")),
        bool(said.get("place.anonymiser", True)),
    )


def _risk(said: Values, now: Instant) -> Risk:
    score = _number(said, "risk.score", 0 if said.get("risk.known") else 100)
    is_known = bool(said.get("risk.known", score != 100))
    return Risk(score, known=True, at=now) if is_known else UNKNOWN_RISK


def _more(said: Values, *, of_person: bool) -> tuple[tuple[str, Plain], ...]:
    """The attributes that have no field; those of a record are known where any of it is."""
    nouns = ATTRIBUTES.table.nouns
    found: dict[str, Plain] = {}
    for path, row in ATTRIBUTES.table.loose.items():
        noun = nouns[row.noun]
        value = said.get(path)
        if value is None or (noun.is_of_person and not of_person):
            continue
        found[path] = tuple(sorted(value)) if isinstance(value, frozenset) else value
        present = f"{row.noun}.{noun.present}"
        if value != worst(row) and present in ATTRIBUTES.table.loose and said.get(present) is None:
            found[present] = True
    return tuple(sorted(found.items()))
