"""Bodies that are held until they are judged: small ones in memory, larger ones in a file without a name.

All of them together stay within one budget, so that nobody fills the disk by sending.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Final, Self

IN_MEMORY: Final = 1 << 20
PIECE: Final = 1 << 16
LARGEST: Final = 100 << 20
"""Bytes of one body at most: what is larger is not looked into."""
ALTOGETHER: Final = 1 << 30
"""Bytes of all bodies that are held at once."""


class NoRoomError(Exception):
    """All that is held at once is as much as may be."""


@dataclass(slots=True)
class Room:
    """What is left for bodies that are held."""

    left: int = ALTOGETHER
    largest: int = LARGEST


class Spool:
    """One body. Within `with`: `write` its pieces, then read them as often as is needed."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- closed by `close`
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    @property
    def is_full(self) -> bool:
        """Whether it holds as much as one body may have."""
        return self.size >= self._room.largest

    def write(self, piece: bytes) -> None:
        """Keep a piece. Raises NoRoomError, and OSError where the disk is full."""
        if len(piece) > self._room.left:
            raise NoRoomError
        self._room.left -= len(piece)
        self.size += len(piece)
        self._file.write(piece)

    def whole(self, most: int) -> bytes:
        """All of it, or its first so many bytes."""
        self._file.seek(0)
        return self._file.read(most)

    def piece(self, at: int) -> bytes:
        """What comes at that place; b"" behind its end."""
        self._file.seek(at)
        return self._file.read(PIECE)

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it, from its start."""
        at = 0
        while piece := self.piece(at):
            at += len(piece)
            yield piece
            await asyncio.sleep(0)  # reading from memory never waits by itself

    def close(self) -> None:
        """Forget it. A second time, nothing."""
        if not self._file.closed:
            self._file.close()
            self._room.left += self.size
