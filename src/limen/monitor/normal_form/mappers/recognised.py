"""Records of JSON that say by their fields whose they are, so that one collector can send those of many products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.mappers import (
    aws,
    generic,
    github,
    google_workspace,
    journald,
    microsoft,
    okta,
    suricata,
    windows,
)
from limen.monitor.normal_form.records import ReadOne, Record

LISTS: Final = (*microsoft.LISTS, *google_workspace.LISTS)


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


def read(raw: str, record: Record, zone: str = "") -> Iterator[Draft]:
    """One record as that of the product whose fields it has; else by the names that most programs use."""
    keys = record.keys()
    if record.get("kind") == google_workspace.KIND:
        return google_workspace.read(raw, record, zone)
    for wanted, of_product in _BY_KEYS:
        if wanted <= keys:
            return of_product(raw, record, zone)
    if "Event" in record and isinstance(event := record["Event"], dict) and "System" in event:
        return windows.read(raw, record, zone)
    return generic.read(raw, record, zone)
