"""The groups that somebody had before a change, for "Undo": for the session that changed them, at every worker.

They never stand in an address, since a link that somebody else made must not fill in what "Undo" sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from limen.clock import MINUTE, Milliseconds
from limen.storage.kept_briefly import KeptBriefly, Shelf

LIVES: Final[Milliseconds] = 10 * MINUTE
MOST: Final = 200
_SHELF: Final = Shelf("groups before a change", MOST)


@dataclass(frozen=True, slots=True)
class GroupsBefore:
    """Keeps and finds them."""

    kept: KeptBriefly

    async def keep(self, session_id: str, person_id: str, groups: frozenset[str]) -> None:
        """The groups before the last change that this session made to this person. Raises StorageError."""
        written = msgspec.json.encode(sorted(groups))
        await self.kept.do(lambda rows: rows.put(_SHELF, _name(session_id, person_id), written, rows.now + LIVES))

    async def of(self, session_id: str, person_id: str) -> frozenset[str] | None:
        """None where there is nothing to undo. Raises StorageError."""
        found = await self.kept.do(lambda rows: rows.look(_SHELF, _name(session_id, person_id)))
        return None if found is None else frozenset(msgspec.json.decode(found.data, type=list[str]))


def _name(session_id: str, person_id: str) -> str:
    return f"{session_id} {person_id}"
