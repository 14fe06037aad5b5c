"""Bytes to events: whatever comes, each record becomes one, and what can't be read is kept as it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from limen.monitor.normal_form.drafts import Draft, finished
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import MOST_RECORDS, SENT_BY, Frame
from limen.monitor.normal_form.kinds import KINDS, OURS, Kind
from limen.monitor.normal_form.products import read_as
from limen.monitor.normal_form.records import UNREADABLE, unreadable

KEPT: Final = (
    *("uid", "source", "at", "received_at", "person_id", "target_person_id", "device_id", "session"),
    *("src_country", "src_network"),
)
"""What reading anew does not touch: it was found out when the event came, from what was known then."""


def read(frame: Frame) -> list[NormalEvent]:
    """What a frame says, in its order. It never raises, whatever the bytes are."""
    return list(events_in(frame))


def events_in(frame: Frame) -> Iterator[NormalEvent]:
    """The same, one after the other: who keeps none of them is done with each while it is still in the caches."""
    kind = KINDS.get(frame.kind)
    if kind is None or (frame.kind != frame.source and {frame.kind, frame.source} & OURS):
        kind, drafts = KINDS["json"], iter([unreadable("no_such_kind", frame.data)])
    else:
        drafts = iter(kind.drafts(frame))
    mapper, seen = kind.mapper, dict[str, int]()
    try:
        for number, draft in enumerate(drafts):
            is_full = number == MOST_RECORDS
            one = unreadable("too_many_records", frame.data) if is_full else draft
            yield finished(one, frame, mapper, one.id or _seed(one, frame, kind, seen), kind.longest_ago)
            if is_full:
                break
    except Exception as error:  # noqa: BLE001 -- no record of a stranger may end the process that watches
        one = unreadable(type(error).__name__, frame.data)
        yield finished(one, frame, mapper, _seed(one, frame, kind, seen), kind.longest_ago)


def is_unreadable(event: NormalEvent) -> bool:
    """Whether only its text is of use."""
    return event.kind == UNREADABLE and not event.class_uid


def again(event: NormalEvent) -> NormalEvent:
    """The event as today's mapper reads it; itself where nothing changed, or it can't be read alone any more.

    For whoever compares events of before with those of now, as the replay of new rules does.
    """
    kind = KINDS.get(event.mapper.partition("/")[0])
    if kind is None or kind.mapper == event.mapper or not event.raw:
        return event
    frame = Frame(
        source=event.source,
        kind=kind.name,
        received_at=event.received_at,
        data=event.raw.encode(),
        products=read_as(event.product),
    )
    found = read(frame)
    if len(found) != 1 or is_unreadable(found[0]):
        return event
    kept: dict[str, Any] = {name: getattr(event, name) for name in KEPT}
    if SENT_BY in event.fields:
        kept["fields"] = {**found[0].fields, SENT_BY: event.fields[SENT_BY]}
    return msgspec.structs.replace(found[0], **kept)


def _seed(draft: Draft, frame: Frame, kind: Kind, seen: dict[str, int]) -> str:
    """What an event's id rests on where it has none: its text, and which of the same ones in its frame it is."""
    count = seen[draft.raw] = seen.get(draft.raw, -1) + 1
    return f"{frame.received_at if kind.is_message else ''}\0{count}\0{draft.raw}"
