"""The columns in which events are kept: those of the normal form, as the event store wants to know them."""

from __future__ import annotations

from typing import Final, get_type_hints

from limen.monitor.normal_form.event import NormalEvent
from limen.storage.event_store.columns import Column, Kind

_KINDS: Final = {str: Kind.TEXT, int: Kind.NUMBER}
COLUMNS: Final = tuple(
    [Column(name, _KINDS.get(get_type_hints(NormalEvent)[name], Kind.JSON)) for name in NormalEvent.__struct_fields__]
)
"""In the order of `NormalEvent`."""
