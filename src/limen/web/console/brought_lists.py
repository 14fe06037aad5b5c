"""Lists of people that somebody brought and did not apply yet: each person's last one, kept for all workers."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from limen.clock import MINUTE, Milliseconds
from limen.errors import LimenError
from limen.identity.people_csv import MAX_BYTES
from limen.identity.people_import import Invite
from limen.storage.kept_briefly import LONGEST, KeptBriefly, Shelf

LIVES: Final[Milliseconds] = 30 * MINUTE
MOST: Final = 20
_SHELF: Final = Shelf("lists of people", MOST, most_of_a_source=1)
_LONGEST_WRITTEN: Final = MAX_BYTES + 1_024


class BroughtList(msgspec.Struct, frozen=True, array_like=True):
    """A list as it came, and what is to be done with it. `digest`: of the changes that were shown of it."""

    content: bytes
    remove_missing: bool
    may_protected: bool
    invite: Invite
    digest: str = ""


@dataclass(frozen=True, slots=True)
class BroughtLists:
    """Keeps and finds them."""

    kept: KeptBriefly
    new_id: Callable[[], str] = lambda: secrets.token_urlsafe(18)

    async def keep(self, brought: BroughtList, person_id: str, list_id: str = "") -> str:
        """The ID under which this person finds it, a new one or the one it had. What they brought before is forgotten.
        Raises LimenError where it is too large, and StorageError.
        """
        written, list_id = zlib.compress(msgspec.msgpack.encode(brought)), list_id or self.new_id()
        if len(written) > LONGEST:
            raise LimenError("The list is too large to be imported here", "divide it, and bring each part")
        await self.kept.do(lambda rows: rows.put(_SHELF, list_id, written, rows.now + LIVES, person_id))
        return list_id

    async def of(self, list_id: str, person_id: str) -> BroughtList | None:
        """The list of this ID, where this person brought it. Raises StorageError."""
        found = await self.kept.do(lambda rows: rows.look(_SHELF, list_id)) if list_id else None
        return _read(found.data) if found is not None and found.source == person_id else None

    async def take(self, list_id: str) -> bool:
        """Whether it was still there; it is no more. Of several who apply it at once one is told so."""
        return await self.kept.do(lambda rows: rows.drop(_SHELF, list_id))


def _read(written: bytes) -> BroughtList:
    return msgspec.msgpack.decode(zlib.decompressobj().decompress(written, _LONGEST_WRITTEN), type=BroughtList)
