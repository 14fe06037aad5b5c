"""Records of JSON that say by their fields whose they are, so that one collector can send those of many products: of
those alone that its source names.
"""

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


_BY_KEYS: Final[tuple[tuple[frozenset[str], str, ReadOne], ...]] = (
    (frozenset(("winlog", "@timestamp")), "windows", windows.read),
    (frozenset(("EventID", "Channel")), "windows", windows.read),
    (frozenset(("event_type", "timestamp", "src_ip")), "suricata", suricata.read),
    (frozenset(("__REALTIME_TIMESTAMP", "MESSAGE")), "journald", journald.read),
    (aws.KEYS, "aws", aws.read),
    (okta.KEYS, "okta", okta.read),
    (github.KEYS, "github", github.read),
    *((keys, name, microsoft.read) for keys, name in microsoft.RECOGNISED),
)


def read(raw: str, record: Record, frame: Frame) -> Iterator[Draft]:
    """One record as that of the product whose fields it has, where its source names that product; else by the names
    that most programs use, and with the product that it looks like.
    """
    name, of_product = _whose(record)
    if not name or name in frame.products:
        return of_product(raw, record, frame)
    return generic.read(raw, record, frame, looks_like=name)


def _whose(record: Record) -> tuple[str, ReadOne]:
    """The product whose record it looks like, by its name in `products`; "" for nobody's that is known."""
    keys = record.keys()
    if record.get("kind") == google_workspace.KIND:
        return "google_workspace", google_workspace.read
    for wanted, name, of_product in _BY_KEYS:
        if wanted <= keys:
            return name, of_product
    if "Event" in record and isinstance(event := record["Event"], dict) and "System" in event:
        return "windows", windows.read
    if record.get("sourcetype") in _SYSLOG and isinstance(record.get("message"), str):
        return "syslog", _syslog
    return "", generic.read


def _syslog(raw: str, record: Record, frame: Frame) -> Iterator[Draft]:
    said = head_of(record["message"], frame.received_at, frame.zone)
    return iter([_of_message(raw, said, record, frame)])


def _of_message(raw: str, said: Message, record: Record, frame: Frame) -> Draft:
    """A line of syslog that Splunk's senders bring, where they say so: whatever else writes JSON has messages, too, in
    which people may have typed what looks like one. What stands around it fills what it does not say.
    """
    draft = messages.of_message(raw, said, frame.zone)
    around = flat({name: value for name, value in record.items() if name != "message"})
    draft.fields = {**around, **draft.fields}
    return draft
