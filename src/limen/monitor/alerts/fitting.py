"""A finding as it comes from the process that watches, brought to what can be kept, shown and believed."""

from __future__ import annotations

from typing import Final

import msgspec

from limen.clock import DAY, Instant
from limen.facts import FactStore
from limen.monitor.alerts.model import Subject
from limen.monitor.detections.hit import Hit
from limen.printable import is_printable, visible

LONGEST_ID: Final = 120
LONGEST_TITLE: Final = 200
LONGEST_VALUE: Final = 300
MOST_VALUES: Final = 30
MOST_EVENTS: Final = 100
MOST_TACTICS: Final = 20
MOST_DEVICES: Final = 20
_WHOSE: Final = {"person": "person", "user": "person", "device": "device", "host": "device", "session": "session"}
"""Whose score a finding about such an entity counts for. An address is nobody."""


def fitted(hit: Hit, known: FactStore, now: Instant) -> Hit:
    """The finding with every text bounded and printable, its time believable, and only ids that there are.

    What was found in a session concerns its person, and the device that it was on at that time; what is about an email
    address, whoever has it: somebody may be new, and the process that watches not yet know of them.
    """
    session = known.issued(hit.session) if hit.session else None
    root = known.sessions.get(session.parent) if session is not None and session.parent else session
    person_id = hit.person_id or (session.person_id if session is not None else "") or _with_email(hit.entity, known)
    is_person = person_id in known.people or person_id in known.workloads
    return msgspec.structs.replace(
        hit,
        id=_shown(hit.id, LONGEST_ID),
        rule=_shown(hit.rule, LONGEST_ID),
        title=_shown(hit.title, LONGEST_TITLE) or "Without a title",
        entity=_shown(hit.entity, LONGEST_TITLE),
        at=min(max(hit.at, now - DAY), now),
        since=min(hit.since or hit.at, hit.at, now),
        confidence=min(max(hit.confidence, 1), 100),
        tactics=tuple(_shown(one, 60) for one in hit.tactics[:MOST_TACTICS]),
        person_id=person_id if is_person else "",
        device_id=_shown(hit.device_id or (root.device_id if root is not None else ""), 40),
        session=session.id if session is not None else "",
        events=tuple(_shown(one, LONGEST_ID) for one in hit.events[-MOST_EVENTS:]),
        count=min(max(hit.count, 1), 10**9),
        times=min(max(hit.times, 1), 10**9),
        says={_shown(name, 40): _value(value) for name, value in [*hit.says.items()][:MOST_VALUES]},
        sources=tuple(_shown(one, 40) for one in hit.sources[:MOST_TACTICS]),
        devices=tuple(_shown(one, 40) for one in hit.devices[:MOST_DEVICES]),
        response=_shown(hit.response, 40),
    )


def subject_of(hit: Hit) -> Subject:
    """Whose score it counts for: that of whom it is about, as far as Limen knows them."""
    whose = _WHOSE.get(hit.entity.partition(":")[0], "")
    ids = {"person": hit.person_id, "device": hit.device_id, "session": hit.session}
    return (whose, ids[whose]) if whose and ids[whose] else ("", "")


def _with_email(entity: str, known: FactStore) -> str:
    kind, _, name = entity.partition(":")
    if kind != "user" or "@" not in name:
        return ""
    email = name.casefold()
    return next((one.id for one in known.people.values() if one.email.casefold() == email), "")


def _value(value: str | int) -> str | int:
    return _shown(value, LONGEST_VALUE) if isinstance(value, str) else min(max(value, -(2**53)), 2**53)


def _shown(text: str, longest: int) -> str:
    """In one line, with what could turn or move the writing made visible."""
    line = " ".join(text[: 2 * longest].split())
    return (line if is_printable(line) else visible(line))[:longest]
