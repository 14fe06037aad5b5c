"""Bodies that are held until they are judged: small ones in memory, larger ones in a file without a name.

All of an entry point stay within one budget, so that nobody fills the disk by sending; and of that, one sender has a
quarter at most, so that nobody keeps the others from sending.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Final, Self

IN_MEMORY: Final = 1 << 20
PIECE: Final = 1 << 16
LARGEST: Final = 100 << 20
"""Bytes of one body at most: what is larger is not looked into."""
ALTOGETHER: Final = 1 << 30
"""Bytes of all bodies that one entry point holds at once."""
OF_ONE: Final = ALTOGETHER // 4
"""Bytes of those that one sender may have."""


class NoRoomError(Exception):
    """All that is held at once is as much as may be."""


@dataclass(slots=True)
class Room:
    """What is left for bodies that are held, as a whole and for each sender ("": not known, and not bounded)."""

    left: int = ALTOGETHER
    largest: int = LARGEST
    of_one: int = OF_ONE
    held: Counter[str] = field(default_factory=Counter)

    def take(self, size: int, sender: str) -> None:
        """Raises NoRoomError."""
        if size > self.left or (sender and self.held[sender] + size > self.of_one):
            raise NoRoomError
        self.left -= size
        self.held[sender] += size

    def give(self, size: int, sender: str) -> None:
        self.left += size
        self.held[sender] -= size
        if not self.held[sender]:
            del self.held[sender]


class Spool:
    """One body, of `sender`. Within `with`: `write` its pieces, then read them as often as is needed."""

    def __init__(self, room: Room, sender: str = "") -> None:
        self._room, self._sender = room, sender
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
        self._room.take(len(piece), self._sender)
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

    def pieces_from(self, at: int) -> Iterator[bytes]:
        """What comes from that place on, piece by piece."""
        while piece := self.piece(at):
            at += len(piece)
            yield piece

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
            self._room.give(self.size, self._sender)
