"""What may come once: proofs, requests. All workers know of it, for as long as a second one would count."""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.opaque import hash_of
from limen.storage.kept_briefly import KeptBriefly, Shelf, WhenFull

MOST: Final = 50_000
MOST_OF_A_SOURCE: Final = 500


class SeenOnce:
    """Tells the first from all others. Where too many are fresh at once, none more is taken. `of` is what they are."""

    def __init__(self, kept: KeptBriefly, of: str) -> None:
        self._kept = kept
        self._of = _shelf_name(of)

    async def is_first(self, name: str, until: Instant) -> bool:
        """Whether `name` did not come before; it counts as seen until then. Of many at once one is the first.

        Raises StorageError where nobody can tell.
        """
        shelf = Shelf(self._of, MOST, when_full=WhenFull.NOBODY)
        return await self._kept.do(lambda rows: rows.put_first(shelf, name, b"", until))


class SeenOfEach:
    """Tells the first from all others, where whoever sends more than anybody does must keep nobody else out: beyond its
    share the oldest of a source is forgotten, beyond the room for all the oldest of the source with the most.
    """

    def __init__(self, kept: KeptBriefly, of: str) -> None:
        self._kept = kept
        self._of = _shelf_name(of)

    async def is_first(self, name: str, source: str, until: Instant) -> bool:
        """Whether `name` did not come before, whoever sent it; it counts as seen until then. Of many at once one is the
        first. Raises StorageError where nobody can tell.
        """
        return await self._kept.do(lambda rows: rows.put_first(self._shelf, name, b"", until, _short(source)))

    async def holds(self, name: str) -> bool:
        """Whether it came before. Raises StorageError."""
        return await self._kept.do(lambda rows: rows.look(self._shelf, name)) is not None

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self._of, MOST, MOST_OF_A_SOURCE, WhenFull.OF_THE_LARGEST)


def _shelf_name(of: str) -> str:
    return f"seen: {of if len(of) <= 40 else hash_of(of).hex()[:40]}"


def _short(source: str) -> str:
    return source if len(source) <= 100 else hash_of(source).hex()
