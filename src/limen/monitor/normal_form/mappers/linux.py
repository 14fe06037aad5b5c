"""Messages of Linux to events: which program says it, and what its lines come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from limen.monitor.normal_form.classes import AUTHENTICATION
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers import auditd, linux_kernel, web_access
from limen.monitor.normal_form.mappers.clamav import CLAMAV
from limen.monitor.normal_form.mappers.linux_programs import PAM, PROGRAMS, SERVICES
from limen.monitor.normal_form.mappers.mail_servers import POSTFIX, dovecot
from limen.monitor.normal_form.mappers.syslog import Message
from limen.monitor.normal_form.records import readable
from limen.monitor.normal_form.shapes import Shape
from limen.monitor.normal_form.templates import Line, first_of, pairs
from limen.monitor.normal_form.texts import text
from limen.monitor.normal_form.times import instant

LINUX: Final = "linux"
_SAID_TWICE: Final = {"class_uid": 0, "activity_id": 0, "status_id": 0}
"""A program that says itself who signs in has PAM say it, too: one sign-in must not count twice."""
Reader = Callable[[str, str, Fields], Draft | None]
_PAM_PAIRS: Final = Shape(columns={"target_user": "user", "src_ip": "rhost", "user": "ruser"})
_CLAMAV_NAMES: Final = Shape(columns={"object": "Filename", "reason": "Signature"})
_ARROW: Final = " -> "
"""What ClamAV's own log files put between time and message."""


def draft(raw: str, said: Message) -> Draft:
    """What a message comes to."""
    program = said.program.casefold()
    fields: Fields = {**flat(said.data), "message": text(said.body)}
    for name, value in (("program", said.program), ("pid", said.pid), ("facility", said.facility)):
        if value:
            fields[name] = value
    family = program.partition("/")[0]
    reader = _READERS.get(family)
    found = reader(raw, said.body, fields) if reader else None
    if found is None and said.body.startswith("pam_"):
        found = _pam(raw, said.body, fields)
        if found is not None and family in PROGRAMS and found.columns.get("class_uid") == AUTHENTICATION:
            found.columns = {**found.columns, **_SAID_TWICE}
    done = found or Draft(raw, fields)
    done.at = done.at or said.at
    done.columns = {**_columns(said, SERVICES.get(family, family)), **done.columns}
    return done


def clamav_lines(frame: Frame) -> Iterator[Draft]:
    """A log file that ClamAV writes itself: `Fri Nov 27 09:15:30 2026 -> /srv/a.exe: Win.Test.EICAR_HDB-1 FOUND`."""
    for line in readable(frame.data).split("\n"):
        if line:
            written, arrow, body = line.partition(_ARROW)
            _, month, day, clock, year = parts if len(parts := written.split()) == 5 else [""] * 5
            at = instant(f"{month} {day} {year} {clock}", frame.zone) if arrow else 0
            yield draft(line, Message(body if at else line, at=at, program="clamd"))


def is_read(program: str) -> bool:
    """Whether lines of this program come to more than a message."""
    return program.casefold().partition("/")[0] in _READERS


def _columns(said: Message, service: str) -> dict[str, Any]:
    return {
        "product": LINUX,
        "service": service,
        "kind": said.program or "syslog",
        "host": said.host,
        "severity_id": said.severity,
    }


def _by_lines(known: tuple[Line, ...], raw: str, body: str, fields: Fields) -> Draft | None:
    return first_of(known, raw, body.strip(), fields)


def _pam(raw: str, body: str, fields: Fields) -> Draft | None:
    """Who signs in by PAM. Where nobody does it for them, they are who acts."""
    found = first_of(PAM, raw, body, fields)
    if found is None:
        return None
    if "pairs" in fields:
        fields.update(flat(pairs(fields.pop("pairs"))))
        found.columns |= {**_PAM_PAIRS.draft(raw, fields).columns}
    if "user" not in found.columns and "target_user" in found.columns:
        found.columns["user"] = found.columns.pop("target_user")
    return found


def _clamav(raw: str, body: str, fields: Fields) -> Draft | None:
    found = first_of(CLAMAV, raw, body.partition(_ARROW)[2] if _ARROW in body[:40] else body, fields)
    if found is not None:
        found.columns |= _CLAMAV_NAMES.draft(raw, fields).columns
    return found


_READERS: Final[Mapping[str, Reader]] = {
    **{program: partial(_by_lines, known) for program, known in PROGRAMS.items()},
    "kernel": linux_kernel.draft,
    **dict.fromkeys(("audit", "audispd", "audisp-syslog", "auditd"), auditd.draft),
    **dict.fromkeys(("clamd", "clamav", "freshclam", "clamscan"), _clamav),
    "postfix": partial(_by_lines, POSTFIX),
    "dovecot": dovecot,
    "nginx": partial(web_access.draft, product="nginx"),
    **dict.fromkeys(("httpd", "apache2", "apache"), partial(web_access.draft, product="apache")),
}
