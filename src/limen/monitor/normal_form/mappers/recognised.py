"""Records of JSON that say by their fields whose they are, so that one collector can send those of many products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers import (
    aws,
    generic,
    github,
    google_workspace,
    journald,
    messages,
    microsoft,
    okta,
    suricata,
    windows,
)
from limen.monitor.normal_form.mappers.syslog import Message, head_of
from limen.monitor.normal_form.records import ReadOne, Record

LISTS: Final = (*microsoft.LISTS, *google_workspace.LISTS)
_SYSLOG: Final = ("syslog", "linux_secure", "linux_messages_syslog")
"""Splunk's names for lines of syslog."""


_BY_KEYS: Final[tuple[tuple[frozenset[str], ReadOne], ...]] = (
    (frozenset(("winlog", "@timestamp")), windows.read),
    (frozenset(("EventID", "Channel")), windows.read),
    (frozenset(("event_type", "timestamp", "src_ip")), suricata.read),
    (frozenset(("__REALTIME_TIMESTAMP", "MESSAGE")), journald.read),
    (aws.KEYS, aws.read),
    (okta.KEYS, okta.read),
    (github.KEYS, github.read),
    *((keys, microsoft.read) for keys in microsoft.RECOGNISED),
)


def read(raw: str, record: Record, frame: Frame) -> Iterator[Draft]:
    """One record as that of the product whose fields it has; else by the names that most programs use."""
    keys = record.keys()
    if record.get("kind") == google_workspace.KIND:
        return google_workspace.read(raw, record, frame)
    for wanted, of_product in _BY_KEYS:
        if wanted <= keys:
            return of_product(raw, record, frame)
    if "Event" in record and isinstance(event := record["Event"], dict) and "System" in event:
        return windows.read(raw, record, frame)
    if record.get("sourcetype") in _SYSLOG and isinstance(message := record.get("message"), str):
        return iter([_of_message(raw, head_of(message, frame.received_at, frame.zone), record, frame)])
    return generic.read(raw, record, frame)


def _of_message(raw: str, said: Message, record: Record, frame: Frame) -> Draft:
    """A line of syslog that Splunk's senders bring, where they say so: whatever else writes JSON has messages, too, in
    which people may have typed what looks like one. What stands around it fills what it does not say.
    """
    draft = messages.of_message(raw, said, frame.zone)
    around = flat({name: value for name, value in record.items() if name != "message"})
    draft.fields = {**around, **draft.fields}
    return draft
