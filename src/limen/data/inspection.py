"""Looking into whatever passes: bytes in, what was found in them out.

Little plain text is looked into here: very little at once, and more in a thread, because text that is written for it
takes a quarter of a second. All else is kept in a file without a name and looked into by one of the
processes of a pool, so that no document that a stranger made is parsed where decisions are made.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import IO, Final

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.frames import Written
from limen.data.extraction.inspecting import MOST_HERE, inspect_plain
from limen.data.extraction.pool import Pool
from limen.data.known_documents import KnownDocuments
from limen.data.labels.model import WhyNoLabel
from limen.data.scanning.text_scanner import TextScanner
from limen.data.text_thread import TextThread

MOST_BYTES: Final = 1 << 30
"""Of a longer body so much is looked into, and it is said that there is more."""
MOST_AT_ONCE: Final = 4 << 10
"""So many bytes of text hold the loop for some milliseconds at most."""
MOST_KEPT_BYTES: Final = 4 << 30
"""All bodies that are looked into at once take so much of the disk; of a further one nothing is read."""
SHARE: Final = 4
"""One owner takes at most this part of it."""


class Inspection:
    """Looks into documents with one scanner. It serves any number of tasks and threads at once.

    The pool has the same scanner, and ends with whoever made it. `folder`: where bodies are kept, for the one of
    temporary files may be memory; None: there all the same.
    """

    def __init__(
        self, scanner: TextScanner, pool: Pool, *, most_bytes: int = MOST_BYTES, folder: Path | None = None
    ) -> None:
        self._scanner, self._pool, self._most_bytes = scanner, pool, most_bytes
        self._thread = TextThread()
        self._known = KnownDocuments()
        self._kept_bytes: Counter[str] = Counter()
        self.folder = folder

    async def inspect(
        self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "", among: str = ""
    ) -> Inspected:
        """What is in a body, and in whatever is packed in it. `name`: what it is called, which is looked into as well.
        `owner`: whose it is, with whom others take turns. `among`: who may notice that it came before ("": nobody).

        Never raises for what the body is: `why_not` says what could not be read.
        """
        pieces = _once(body) if isinstance(body, bytes | bytearray | memoryview) else body
        start = bytearray()
        async for piece in pieces:
            start += piece
            if len(start) > MOST_HERE:
                break
        else:
            if (inspected := await self._of_text(bytes(start), name, owner)) is not None:
                return inspected
        return await self._kept(bytes(start), pieces, (among, name), owner)

    async def _of_text(self, text: bytes, name: str, owner: str) -> Inspected | None:
        if len(text) <= MOST_AT_ONCE:
            return inspect_plain(self._scanner, text, name)
        return await self._thread.run(owner, lambda: inspect_plain(self._scanner, text, name))

    async def _kept(self, start: bytes, rest: AsyncIterator[bytes], of: tuple[str, str], owner: str) -> Inspected:
        kept = _Kept(self, owner)
        try:
            is_whole = kept.write(start)
            if is_whole:
                async for piece in rest:
                    if not (is_whole := kept.write(piece)):
                        break
            if not is_whole:
                return _cut(await self._by_pool(kept, of[1], owner))
            return await self._unless_known(kept, of, owner)
        finally:
            kept.forget()

    async def _unless_known(self, kept: _Kept, of: tuple[str, str], owner: str) -> Inspected:
        if not self._known.met(kept.file, kept.length, of):
            return await self._by_pool(kept, of[1], owner)
        digest = await asyncio.to_thread(self._known.digest, kept.file, kept.length, of)
        found = self._known.found(digest)
        if found is None:
            found = await self._by_pool(kept, of[1], owner)
            self._known.keep(digest, found)
        else:
            kept.file.close()
        return found

    async def _by_pool(self, kept: _Kept, name: str, owner: str) -> Inspected:
        return await asyncio.wrap_future(self._pool.inspect(kept.file, kept.length, name, owner))

    async def with_label(self, data: bytes, word: str, mark: str, owner: str = "") -> Written:
        """The document with this label and mark, written by the pool. Never raises for what the document is."""
        kept = _Kept(self, owner)
        try:
            if not kept.write(data):
                kept.file.close()
                return Written(why_not=WhyNoLabel.TOO_LARGE)
            return await asyncio.wrap_future(self._pool.with_label(kept.file, kept.length, word, mark, owner))
        finally:
            kept.forget()

    def inspect_file(self, path: Path) -> Inspected:
        """What is in a file on this machine. Waits for it. Raises OSError where it can't be read."""
        return self.inspect_open(FileIO(path, "rb"), path.name)

    def inspect_open(self, file: FileIO, name: str = "") -> Inspected:
        """What is in a file that is open, as far as it goes now; it is closed then. Waits for it. Raises OSError."""
        try:
            length = os.fstat(file.fileno()).st_size
            if length <= MOST_HERE:
                start = file.read(length)
                if (inspected := inspect_plain(self._scanner, start, name)) is not None:
                    file.close()
                    return inspected
            if length > self._most_bytes and _has_hole(file, length):
                file.close()
                return Inspected("unknown", why_not=frozenset({WhyNot.TOO_LARGE}))
        except OSError:
            file.close()
            raise
        return self._pool.inspect(file, length, name).result()

    def may_keep(self, owner: str, length: int) -> bool:
        """Whether there is room for so many more bytes of an owner's bodies; they count from now on."""
        most_of_one = MOST_KEPT_BYTES // SHARE if owner else MOST_KEPT_BYTES
        if self._kept_bytes.total() + length > MOST_KEPT_BYTES or self._kept_bytes[owner] + length > most_of_one:
            return False
        self._kept_bytes[owner] += length
        return True

    @property
    def most_bytes(self) -> int:
        return self._most_bytes

    def gave_back(self, owner: str, length: int) -> None:
        """So many bytes of this owner's are kept no more."""
        self._kept_bytes[owner] -= length
        if not self._kept_bytes[owner]:
            del self._kept_bytes[owner]


class _Kept:
    """A body on the disk: readable by its descriptor alone, gone with it."""

    def __init__(self, inspection: Inspection, owner: str) -> None:
        self._inspection, self._owner = inspection, owner
        made = tempfile.TemporaryFile(buffering=0, dir=inspection.folder)  # noqa: SIM115 -- who looks into it closes it
        self.file: IO[bytes] = made
        self.length = 0

    def write(self, piece: bytes) -> bool:
        """Keep this, too; False where there is no room for it."""
        room = self._inspection.most_bytes - self.length
        kept = piece[:room]
        if not self._inspection.may_keep(self._owner, len(kept)):
            return False
        self.length += len(kept)
        written = memoryview(kept)
        while written:
            written = written[self.file.write(written) :]
        return len(kept) == len(piece)

    def forget(self) -> None:
        self._inspection.gave_back(self._owner, self.length)


def _has_hole(file: FileIO, length: int) -> bool:
    """Whether some of it was never written: terabytes may be claimed by it (lseek(2), SEEK_HOLE)."""
    try:
        return os.lseek(file.fileno(), 0, os.SEEK_HOLE) < length
    except OSError:
        return False  # its file system knows of no holes


def _cut(inspected: Inspected) -> Inspected:
    """The same of a body that is longer than what was looked into."""
    return replace(inspected, why_not=inspected.why_not | {WhyNot.TOO_LARGE})


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield bytes(body)
