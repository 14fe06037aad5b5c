"""Bodies that are held until they are judged: in memory while they are small, then in files without a name.

All that is held at once is bounded, for everybody together and for each owner, so that nobody who sends slowly or much
takes the room of others.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Final, Self

IN_MEMORY: Final = 8 << 20
"""So many bytes of one body are held in memory: a file would cost as much as all else, for what is sent mostly."""
MOST_IN_MEMORY: Final = 64 << 20
"""So many bytes of all bodies together are."""
MOST: Final = 2 << 30
"""So many bytes of all bodies are held at once, in memory and in files."""
MOST_OF_ONE: Final = 256 << 20
"""So many bytes of one body are; a larger one can't be held."""
SHARE: Final = 4
"""One owner takes at most this part of all that may be held."""
_PIECE: Final = 1 << 18


class NoRoomError(Exception):
    """No more can be held. `is_too_large`: this body is larger than any may be; otherwise too much is held by now."""

    def __init__(self, *, is_too_large: bool) -> None:
        super().__init__("no room")
        self.is_too_large = is_too_large


class Budget:
    """How much is held at once. Used on the event loop alone.

    `full_at`: a body of so many bytes is full, for whoever holds no more of one. `folder`: where files are, for the one
    of temporary files may be memory; None: there all the same.
    """

    def __init__(
        self,
        *,
        memory: int = MOST_IN_MEMORY,
        most: int = MOST,
        of_one: int = MOST_OF_ONE,
        full_at: int = MOST_OF_ONE,
        folder: Path | None = None,
    ) -> None:
        self.memory, self.most, self.of_one, self.full_at = memory, most, of_one, full_at
        self.folder = folder
        self.in_memory = self.held = 0
        self._of_owner: dict[str, int] = {}

    def take(self, owner: str, size: int) -> None:
        """Count what is held from now on. `owner` is "" where nobody tells of one: then `most` alone bounds it. Raises
        NoRoomError.
        """
        of_owner = self._of_owner.get(owner, 0) + size
        if self.held + size > self.most or (owner and of_owner > self.most // SHARE):
            raise NoRoomError(is_too_large=False)
        self.held += size
        self._of_owner[owner] = of_owner

    def give_back(self, owner: str, size: int) -> None:
        self.held -= size
        left = self._of_owner.get(owner, 0) - size
        if left > 0:
            self._of_owner[owner] = left
        else:
            self._of_owner.pop(owner, None)


class Spool:
    """One body that is held. Written once from front to back, then read as often as needed; `close`, or the end of a
    `with`, forgets it. `owner`: whose it is, as far as that is told.
    """

    def __init__(self, budget: Budget, owner: str = "") -> None:
        self._budget, self._owner = budget, owner
        self._pieces: list[bytes] = []
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    @property
    def is_full(self) -> bool:
        """Whether it holds as much as one body may have."""
        return self.size >= self._budget.full_at

    def write(self, piece: bytes) -> None:
        """Hold the next piece. Raises NoRoomError, and OSError where the disk has none."""
        if self.size + len(piece) > self._budget.of_one:
            raise NoRoomError(is_too_large=True)
        self._budget.take(self._owner, len(piece))
        self.size += len(piece)
        if self._file is None:
            fits = self.size <= IN_MEMORY and self._budget.in_memory + len(piece) <= self._budget.memory
            if fits:
                self._pieces.append(piece)
                self._in_memory += len(piece)
                self._budget.in_memory += len(piece)
                return
            self._file = self._to_a_file()
        self._file.write(piece)

    def read(self, at: int = 0) -> Iterator[bytes]:
        """All that was written, from there on, in pieces."""
        if self._file is None:
            for piece in list(self._pieces):
                if rest := piece[at:]:
                    yield rest
                at = max(at - len(piece), 0)
            return
        while piece := self._piece(self._file, at):
            at += len(piece)
            yield piece

    async def pieces(self) -> AsyncIterator[bytes]:
        """The same, and others have their turn between two pieces."""
        for piece in self.read():
            yield piece
            await asyncio.sleep(0)

    def whole(self, most: int) -> bytes:
        """All of it, or its first so many bytes."""
        found = bytearray()
        for piece in self.read():
            found += piece[: most - len(found)]
            if len(found) >= most:
                break
        return bytes(found)

    def close(self) -> None:
        """Forget it. May be called again."""
        self._forget_memory()
        self._budget.give_back(self._owner, self.size)
        self.size = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    @staticmethod
    def _piece(file: IO[bytes], at: int) -> bytes:
        file.seek(at)  # each time: somebody else may read it meanwhile
        return file.read(_PIECE)

    def _to_a_file(self) -> IO[bytes]:
        """A file without a name that holds what memory held."""
        file = tempfile.TemporaryFile(prefix="limen-held-", dir=self._budget.folder)  # noqa: SIM115 -- `close` closes it
        for one in self._pieces:
            file.write(one)
        self._forget_memory()
        return file

    def _forget_memory(self) -> None:
        self._budget.in_memory -= self._in_memory
        self._in_memory = 0
        self._pieces = []
