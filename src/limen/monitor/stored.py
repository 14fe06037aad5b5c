"""The columns in which events are kept: those of the normal form. The journal is seen in the same ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_type_hints

from limen.monitor.normal_form.event import NormalEvent
from limen.storage.event_store.columns import Column, Kind
from limen.storage.event_store.journal_view import JournalView

_KINDS: Final = {str: Kind.TEXT, int: Kind.NUMBER}
COLUMNS: Final = tuple(
    [Column(name, _KINDS.get(get_type_hints(NormalEvent)[name], Kind.JSON)) for name in NormalEvent.__struct_fields__]
)
"""In the order of `NormalEvent`."""

_JOURNAL: Final = {
    "uid": "id",
    "at": "time",
    "received_at": "time",
    "source": "'limen'",
    "product": "'limen'",
    "class_uid": "class_uid",
    "activity_id": "$.b.activity_id",
    "severity_id": "$.b.severity_id",
    "status_id": "status_id",
    "kind": "kind",
    "reason": "$.b.status_detail",
    "person_id": "actor",
    "target_person_id": "subject",
    "session": "session",
    "device_id": "$.b.device.uid",
    "src_ip": "address",
    "app": "app",
    "operation": "action",
    "fields": "$.b.unmapped",
    "raw": "$.b",
}
"""Where each column is found in the journal: in one of its own, or, led by `$.`, in its line."""


def journal_as_events(root: Path) -> JournalView:
    """The journal under `root` as events of the source `limen`."""
    return JournalView(root, _JOURNAL)
