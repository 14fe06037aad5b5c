"""What a detection found: a value that goes from the process that watches to the one that decides."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from limen.clock import Instant


class Level(StrEnum):
    """How bad it is if it is so; Sigma's levels."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Hit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding. The same finding has the same `id`, however often its events are looked at; where it stands for
    several that are alike, within a second, `times` says how many so far, and only grows.

    Whom it concerns: `person_id`, `device_id` and `session` are Limen's own ids, "" where none is known; `entity` says
    it in any case (`person:p_…`, `device:d_…`, `user:jane`, `host:srv1`, `address:203.0.113.7`). `confidence`: 1 to
    100, how sure the rule is. `says`: what is so, beside what is usual, as values for the rule's sentence. `events` are
    the uids of what it rests on, the newest last, no more than 100; `count` is how many there were.
    """

    id: str
    rule: str
    title: str
    level: Level
    at: Instant
    entity: str
    confidence: int = 50
    tactics: tuple[str, ...] = ()
    """MITRE ATT&CK, as Sigma tags them: `attack.initial-access`, `attack.t1078.004`."""
    person_id: str = ""
    device_id: str = ""
    session: str = ""
    events: tuple[str, ...] = ()
    count: int = 1
    times: int = 1
    since: Instant = 0
    says: dict[str, str | int] = {}
    sources: tuple[str, ...] = ()
    """From which sources the events came, by their names in `monitor.yaml`, or `limen`. What rests on one that can't
    prove itself can't refuse anybody by itself; where none is named, nothing is proven."""
    is_explained_by_passkey: bool = False
    """Whether a passkey used on the same known device afterwards speaks for the person, as it does for a new place."""
    devices: tuple[str, ...] = ()
    """The devices that sent, under their own keys, what it rests on: of another device, and of people, they prove
    nothing."""
    response: str = ""
    """What the rule asks to be done by itself: a word of the playbooks, or ""."""
