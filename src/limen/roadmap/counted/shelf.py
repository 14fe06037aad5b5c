"""Where counted hours and days are kept: each under what it is of, and good only as long as that is the same."""

from __future__ import annotations

import zlib
from collections.abc import Collection

import msgspec

from limen.identity.store import erasure
from limen.roadmap.counted import counts_store as store
from limen.roadmap.counted.sheet import Sheet
from limen.storage import Database


class Shelf:
    """For one look. Without a database nothing is kept, and where it may not keep, nothing is added or forgotten.

    Every method raises StorageError.
    """

    def __init__(self, database: Database | None = None, *, may_keep: bool = False) -> None:
        self._database = database
        self._may_keep = may_keep
        self._known: dict[str, str] = {}
        self.erased: frozenset[str] = frozenset()
        """Of whom nothing is counted."""
        if database is not None:
            people = database.read(lambda one: erasure.erased_ids(one.connection))
            self.erased = frozenset(person for person, _ in people)
            self._known = database.read(lambda one: store.known(one.connection))

    def get(self, span: str, known_by: str) -> Sheet | None:
        """None where it is not kept, or not wholly; where it was counted of other segments; where it can't be read."""
        if self._database is None or not known_by or self._known.get(span) != known_by:
            return None
        try:
            return self._database.read(lambda one: store.sheet(one.connection, span))
        except (msgspec.MsgspecError, zlib.error):
            return None

    def put(self, span: str, known_by: str, sheet: Sheet) -> None:
        if self._database is not None and self._may_keep:
            self._database.write(lambda one: store.keep(one.connection, span, known_by, sheet))

    def forget_all_but(self, spans: Collection[str]) -> None:
        if self._database is None or not self._may_keep:
            return
        others = self._database.read(lambda one: store.every_span(one.connection)).difference(spans)
        if others:
            self._database.write(lambda one: store.forget(one.connection, others))
