"""What `journalctl --output=json` writes: syslog's messages, and beside them what systemd knows about who said it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers import linux
from limen.monitor.normal_form.mappers.messages import of_message
from limen.monitor.normal_form.mappers.syslog import Message
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.texts import line, number
from limen.monitor.normal_form.times import instant

_ROOT: Final = "0"
_AUTHPRIV: Final = 10


def read(raw: str, record: Record, frame: Frame) -> Iterator[Draft]:
    """One entry. Its time is systemd's own, and its cursor is unique."""
    fields = flat({name: value for name, value in record.items() if name != "MESSAGE"})
    facility, priority = number(fields.get("SYSLOG_FACILITY", _AUTHPRIV)), number(fields.get("PRIORITY", 6))
    said = Message(
        body=_body(record.get("MESSAGE")),
        priority=facility * 8 + priority if facility < 24 and priority < 8 else -1,
        at=instant(fields.get("__REALTIME_TIMESTAMP")),
        host=line(fields.get("_HOSTNAME")),
        program=_program(record),
        pid=line(fields.get("_PID", fields.get("SYSLOG_PID"))),
        data=fields,
    )
    draft = of_message(raw, said, frame.zone)
    draft.id = line(fields.get("__CURSOR"))
    yield draft


def _program(record: Record) -> str:
    """Who says it. Anybody on a machine may say to be `sshd`: of programs whose lines count, only root is believed, and
    the program itself.
    """
    said, itself = line(record.get("SYSLOG_IDENTIFIER")), line(record.get("_COMM"))
    executable = line(record.get("_EXE")).rpartition("/")[2]
    is_believed = line(record.get("_UID")) in ("", _ROOT) or said.casefold() == executable.casefold()
    if said and (is_believed or not linux.is_read(said)):
        return said
    return itself or "unknown"


def _body(message: object) -> str:
    """Text, or a list of bytes where it is none."""
    if isinstance(message, list):
        known = bytes(one for one in message if isinstance(one, int) and 0 <= one < 256)
        return known.decode("utf-8", "backslashreplace")
    return message if isinstance(message, str) else ""
