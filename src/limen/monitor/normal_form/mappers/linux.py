"""What programs of Linux say in syslog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from limen.clock import Instant
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers.syslog import Message, head_of
from limen.monitor.normal_form.records import readable
from limen.monitor.normal_form.texts import text

LINUX: Final = "linux"


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
    said = head_of(raw, received_at, zone)
    return Draft(raw, _fields(said), _columns(said), said.at)


def _columns(said: Message) -> dict[str, Any]:
    return {
        "product": LINUX,
        "service": said.program,
        "kind": said.program or "syslog",
        "host": said.host,
        "severity_id": said.severity,
    }


def _fields(said: Message) -> Fields:
    fields: Fields = {**said.data, "message": text(said.body)}
    for name, value in (("program", said.program), ("pid", said.pid), ("facility", said.facility)):
        if value:
            fields[name] = value
    return fields
