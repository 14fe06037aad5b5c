"""Messages of syslog to events: which program or appliance says it, and so who reads its body."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers import event_formats, fortigate, linux, suricata
from limen.monitor.normal_form.mappers.syslog import Message, head_of
from limen.monitor.normal_form.records import readable, unreadable

Body = Callable[[str, str, Fields, str], Draft | None]
_SURICATA: Final = "suricata"


def message(frame: Frame) -> Iterator[Draft]:
    """One message as it was sent. A line end in it is part of it: who can write one can't write a second message."""
    yield of_line(readable(frame.data.rstrip(b"\r\n\0")), frame.received_at, frame.zone)


def lines(frame: Frame) -> Iterator[Draft]:
    """A file of messages, one a line, as syslog daemons write it."""
    for line in readable(frame.data).split("\n"):
        if line:
            yield of_line(line, frame.received_at, frame.zone)


def of_line(raw: str, received_at: Instant, zone: str) -> Draft:
    """What a message comes to."""
    return of_message(raw, head_of(raw, received_at, zone), zone)


def of_message(raw: str, said: Message, zone: str) -> Draft:
    """What a message comes to whose head is read already.

    Of a program that has a name the body is only ever read as that program's: what people type into it may look like
    an appliance's.
    """
    found = None
    if said.program == _SURICATA and said.body.startswith("{"):
        found = _eve(raw, said.body)
    elif said.program in ("", "CEF", "LEEF"):
        body = f"{said.program}:{said.body}" if said.program else said.body
        found = next((draft for read in _BODIES if (draft := read(raw, body, {}, zone)) is not None), None)
    if found is None:
        return linux.draft(raw, said)
    found.at = found.at or said.at
    found.columns.setdefault("host", said.host)
    return found


def of_appliance(frame: Frame, read: Body) -> Iterator[Draft]:
    """One message of an appliance whose form is known, behind whatever head."""
    raw = readable(frame.data.rstrip(b"\r\n\0"))
    said = head_of(raw, frame.received_at, frame.zone)
    body = f"{said.program}:{said.body}" if said.program in ("CEF", "LEEF") else said.body
    found = read(raw, body, {}, frame.zone) or read(raw, raw, {}, frame.zone)
    if found is None:
        yield unreadable("no_such_form", frame.data)
        return
    found.at = found.at or said.at
    found.columns.setdefault("host", said.host)
    yield found


def _eve(raw: str, body: str) -> Draft | None:
    try:
        record = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return suricata.draft(raw, record) if isinstance(record, dict) else None


_BODIES: Final[tuple[Body, ...]] = (event_formats.cef, event_formats.leef, fortigate.draft)
cef: Final = partial(of_appliance, read=event_formats.cef)
leef: Final = partial(of_appliance, read=event_formats.leef)
forti: Final = partial(of_appliance, read=fortigate.draft)
