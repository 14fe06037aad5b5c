"""What the process that seals is asked to do."""

from __future__ import annotations

from typing import Final

import msgspec

from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.columns import Column, Columns, Kind
from limen.storage.event_store.sealed_list import SealedEvents
from limen.storage.segments.link import start_of

CHANGED: Final = 3
"""The status it ends with when a segment is not what it was."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Seal `segment`, which follows `after`, to `part`; or write it, sealed as `sealed`, anew without some sources.

    `earlier`: sealed files that may hold the same events, which are then left out. `keys`: the segment was changed, and
    of it only what its signed batches hold now is to be sealed, as it is.
    """

    columns: tuple[tuple[str, Kind], ...]
    segment: str
    part: str
    after: tuple[int, str] = (0, start_of(WRITER).head.decode())
    earlier: tuple[str, ...] = ()
    keys: tuple[bytes, ...] = ()
    sealed: SealedEvents | None = None
    without: tuple[str, ...] = ()

    def known_columns(self) -> Columns:
        return Columns.of([Column(name, kind) for name, kind in self.columns])
