"""How the records of each kind of source are read: the names that `kind` may have in `monitor.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.monitor.normal_form.drafts import LONGEST_AGO, Draft
from limen.monitor.normal_form.frame import CANARY, FIREWALLS, LIMEN, Frame
from limen.monitor.normal_form.mappers import (
    auditd,
    aws,
    github,
    google_workspace,
    journald,
    limen,
    limen_firewall,
    linux,
    messages,
    microsoft,
    okta,
    recognised,
    suricata,
    web_access,
    windows,
)
from limen.monitor.normal_form.records import ReadOne, drafts_of

EVER: Final = 36_500 * DAY


@dataclass(frozen=True, slots=True)
class Kind:
    """`drafts` reads a frame. `version` grows whenever the same bytes come to something else than before.

    `is_message`: a frame is one message, whose sender never sends it again; elsewhere the same record again is the
    same event. `longest_ago`: how old an event may be when it comes.
    """

    name: str
    version: int
    drafts: Callable[[Frame], Iterable[Draft]]
    is_message: bool = False
    longest_ago: Milliseconds = LONGEST_AGO

    @property
    def mapper(self) -> str:
        return f"{self.name}/{self.version}"


def _records(read: ReadOne, *lists: str) -> Callable[[Frame], Iterable[Draft]]:
    """Of JSON: one record, one a line, a list, or an envelope with one of these names."""

    def drafts(frame: Frame) -> Iterable[Draft]:
        return drafts_of(frame.data, lambda raw, record: read(raw, record, frame), lists)

    return drafts


_ALL: Final = (
    Kind("json", 2, _records(recognised.read, *recognised.LISTS)),
    Kind("syslog", 1, messages.message, is_message=True),
    Kind("syslog_file", 1, messages.lines),
    Kind("windows", 1, _records(windows.read)),
    Kind("evtx", 1, _records(windows.read), longest_ago=EVER),
    Kind("journald", 1, _records(journald.read)),
    Kind("suricata", 1, _records(suricata.read)),
    Kind("m365", 1, _records(microsoft.read, *microsoft.LISTS)),
    Kind("google_workspace", 1, _records(google_workspace.read, *google_workspace.LISTS)),
    Kind("okta", 1, _records(okta.read)),
    Kind("aws", 1, _records(aws.read, *aws.LISTS)),
    Kind("github", 1, _records(github.read)),
    Kind("fortigate", 1, messages.forti, is_message=True),
    Kind("cef", 1, messages.cef, is_message=True),
    Kind("leef", 1, messages.leef, is_message=True),
    Kind("nginx", 1, web_access.nginx),
    Kind("apache", 1, web_access.apache),
    Kind("auditd", 1, auditd.lines),
    Kind("clamav", 1, linux.clamav_lines),
    Kind(FIREWALLS, 1, _records(limen_firewall.read)),
    Kind(LIMEN, 1, limen.drafts, longest_ago=EVER),
)
KINDS: Final = {kind.name: kind for kind in _ALL}
"""Every kind by its name."""
OURS: Final = frozenset({LIMEN, FIREWALLS})
"""Kinds that no sender has."""
RESERVED: Final = OURS | {CANARY}
"""Names that no source in `monitor.yaml` may have."""
