"""One situation in full: facts, a request and an instant in given classes, as a person could really have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
from limen.policy.decision import Request
from limen.policy.reach.classes import FAR, INSTANTS, Class, Raw, Span, address_text

_FACTORS: Final = {
    0: frozenset[str](),
    1: frozenset({"password"}),
    2: frozenset({"password", "code"}),
    3: frozenset({"passkey"}),
}
UNKNOWN: Final[Mapping[str, Raw]] = {
    "device.known": False,
    "device.id": "",
    "device.compliance": "unknown",
    "device.managed": False,
    "device.binding": 0,
    "device.platform": "",
    "device.seen": 0,
}
"""What is read of a device that nobody knows."""


def in_full(
    classes: Mapping[str, Class], person: Person, app: App, action: str, now: Instant
) -> tuple[Facts, Request, Instant]:
    """Facts, request and instant that are in each of these classes; what they do not say is as usual."""
    said: dict[str, Raw] = {axis: one.example for axis, one in classes.items()}
    for instant, age in INSTANTS.items():
        dated, old = classes.get(instant), classes.get(age)
        if isinstance(old, Span):
            low = max(now - old.high, dated.low if isinstance(dated, Span) else 0)
            high = min(now - old.low, dated.high if isinstance(dated, Span) else now + FAR)
            said[instant] = max(low, min(high, now + 1 if instant == "grant.until" else now))
    request = Request(action, str(said.get("request.method", "")), str(said.get("request.route", "")))
    place = _place(said)
    if not person.id:
        return Facts(app=app, person=ANYBODY, place=place), request, now
    auth = _auth(said, now)
    has_session = said.get("session.known", bool(auth.strength) or "session.started" in said)
    started = _number(said, "session.started", auth.at or now - MINUTE)
    until = _number(said, "grant.until", now + HOUR) if said.get("grant.active", "grant.until" in said) else 0
    facts = Facts(
        app=app,
        person=person,
        auth=auth,
        session=Session("supposed", person.id, auth, started, now + DAY, DAY) if has_session else None,
        device=_device(said, now),
        place=place,
        risk=_risk(said, now),
        grants=(Grant("supposed", app.id, frozenset({action}), until),) if until > now else (),
    )
    return facts, request, now


def _number(said: Mapping[str, Raw], axis: str, otherwise: int) -> int:
    value = said.get(axis, otherwise)
    return value if isinstance(value, int) else otherwise


def _auth(said: Mapping[str, Raw], now: Instant) -> Auth:
    factors = said.get("auth.factors")
    is_dated_without_factors = factors is not None and not factors and bool(said.get("auth.at"))
    by_token = said.get("auth.interactive") is False or is_dated_without_factors  # only a program proves so
    usual = STRONGEST_TOKEN if by_token else 3 if factors is None else min(len(_as_factors(factors)), 2)
    strength = _number(said, "auth.strength", usual)
    if not strength:
        return UNPROVED
    if by_token or (factors is not None and not factors):
        return Auth(strength, frozenset(), _number(said, "auth.at", now - MINUTE), by_token=True)
    chosen = _FACTORS[strength] if factors is None else _as_factors(factors)
    return Auth(strength, frozenset(map(Factor, chosen)), _number(said, "auth.at", now - MINUTE))


def _as_factors(value: Raw) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _device(said: Mapping[str, Raw], now: Instant) -> Device:
    is_known = said.get("device.known", any(said.get(axis, value) != value for axis, value in UNKNOWN.items()))
    if not is_known:
        return UNKNOWN_DEVICE
    return Device(
        str(said.get("device.id") or "supposed"),
        known=True,
        compliance=str(said.get("device.compliance", "unknown")),
        managed=bool(said.get("device.managed", False)),
        binding=_number(said, "device.binding", 0),
        platform=str(said.get("device.platform", "")),
        seen_at=_number(said, "device.seen", now),
    )


def _place(said: Mapping[str, Raw]) -> Place:
    address = said.get("place.address")
    return Place(
        address_text(*address) if isinstance(address, tuple) else "",
        bool(said.get("place.known", said.get("place.country", "") != "")),
        str(said.get("place.country", "")),
        str(said.get("place.network", "")),
        bool(said.get("place.anonymiser", True)),
    )


def _risk(said: Mapping[str, Raw], now: Instant) -> Risk:
    score = _number(said, "risk.score", 0 if said.get("risk.known") else 100)
    is_known = bool(said.get("risk.known", score != 100))
    return Risk(score, known=True, at=now) if is_known else UNKNOWN_RISK
