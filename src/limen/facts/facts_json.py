"""Facts as plain JSON and back: what the journal keeps of them, and what a decision file carries.

Names and email addresses stay out: they live in the database, where they can be erased. Everything a policy can read
comes back exactly as it was. When a device last reported changes with every report and mostly means nothing, so the
journal keeps it with each decision, and the rest once for all decisions that it is the same for.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from limen.clock import Instant
from limen.facts.app import App
from limen.facts.document import Document
from limen.facts.facts import Facts, Plain
from limen.facts.nouns import Auth, Device, Grant, Person, Place, Risk, Session


class _Written(msgspec.Struct, frozen=True):
    app: App
    person: Person
    auth: Auth
    session: Session | None
    device: Device
    place: Place
    risk: Risk
    grants: tuple[Grant, ...]
    more: dict[str, Plain] | msgspec.UnsetType = msgspec.UNSET
    document: Document | msgspec.UnsetType | None = msgspec.UNSET


_encoder = msgspec.json.Encoder(order="deterministic")


def facts_to_bytes(facts: Facts) -> bytes:
    """`facts` without `device.seen_at` as canonical JSON: equal facts give equal bytes."""
    return _encoder.encode(_written(replace(facts, device=replace(facts.device, seen_at=0))))


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """`facts`, all of them, as plain JSON values, without the person's name and email address."""
    written: dict[str, Any] = msgspec.json.decode(_encoder.encode(_written(facts)))
    return written


def facts_from_json(written: dict[str, Any], device_seen_at: Instant = 0) -> Facts:
    """Facts that `facts_to_json` wrote, or `facts_to_bytes` and `device_seen_at` beside it (0: as it is written).

    Raises msgspec.ValidationError, which names the field that doesn't fit.
    """
    read = msgspec.convert(written, _Written)
    return Facts(
        app=read.app,
        person=read.person,
        auth=read.auth,
        session=read.session,
        device=replace(read.device, seen_at=device_seen_at) if device_seen_at else read.device,
        place=read.place,
        risk=read.risk,
        grants=read.grants,
        more=tuple(sorted(read.more.items())) if read.more else (),
        document=read.document or None,
    )


def facts_digest(facts: Facts) -> str:
    """The name under which these facts are kept: SHA-256 of what `facts_to_bytes` writes, in hex. Computed once."""
    digest: str | None = facts.derived.digest
    if digest is None:
        digest = facts.derived.digest = sha256(facts_to_bytes(facts)).hexdigest()
    return digest


def _written(facts: Facts) -> _Written:
    return _Written(
        app=facts.app,
        person=replace(facts.person, name="", email=""),
        auth=facts.auth,
        session=facts.session,
        device=facts.device,
        place=facts.place,
        risk=facts.risk,
        grants=facts.grants,
        more=dict(facts.more) or msgspec.UNSET,
        document=facts.document or msgspec.UNSET,
    )
