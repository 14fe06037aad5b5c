"""Facts in their written form: plain JSON that anyone can decide again, without names, mail addresses or upstreams.

Only what a decision can read is written. People are opaque ids, so a journal full of these forms outlives the name
of everyone in it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from limen.clock import Instant
from limen.facts.app import App, Label, Upstream
from limen.facts.asked import Facts
from limen.facts.nouns import (
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    Auth,
    Device,
    Grant,
    Person,
    Place,
    Risk,
    Session,
)


class _App(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    label: Label
    owner: str = ""


class _Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    groups: tuple[str, ...] = ()
    active: bool = False


class _Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    started_at: Instant


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    app: _App
    person: _Person
    auth: Auth = UNPROVED
    session: _Session | None = None
    device: Device = UNKNOWN_DEVICE
    place: Place = NOWHERE
    risk: Risk = UNKNOWN_RISK
    grants: tuple[Grant, ...] = ()


def write_facts(facts: Facts) -> dict[str, Any]:
    """What a decision reads of `facts`, as JSON values in one stable order: equal facts are written equally."""
    session = facts.session
    written = _Written(
        app=_App(facts.app.id, facts.app.label, facts.app.owner),
        person=_Person(facts.person.id, tuple(sorted(facts.person.groups)), facts.person.active),
        auth=facts.auth,
        session=None if session is None else _Session(session.id, session.started_at),
        device=facts.device,
        place=facts.place,
        risk=facts.risk,
        grants=facts.grants,
    )
    plain: dict[str, Any] = msgspec.to_builtins(written, order="deterministic")
    return plain


def read_facts(body: object) -> Facts:
    """The facts in a written form. Raises ValueError when it is none."""
    try:
        written = msgspec.convert(body, _Written)
    except msgspec.ValidationError as error:
        raise ValueError(f"these are no facts: {error}") from None
    person, session = written.person, written.session
    return Facts(
        app=App(
            id=written.app.id,
            name=written.app.id,
            host="",
            upstream=Upstream(""),
            label=written.app.label,
            owner=written.app.owner,
        ),
        person=Person(id=person.id, groups=frozenset(person.groups), active=person.active),
        auth=written.auth,
        session=None
        if session is None
        else Session(
            id=session.id,
            person_id=person.id,
            auth=written.auth,
            started_at=session.started_at,
            expires_at=session.started_at,
            idle_ms=0,
        ),
        device=written.device,
        place=written.place,
        risk=written.risk,
        grants=written.grants,
    )
