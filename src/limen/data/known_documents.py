"""What was found in documents that came before, so that what comes again and again is not looked into each time.

What is kept is what looking into them gave, never what became of it: that is judged anew each time, by the rules of
then. It is known by a keyed digest of all bytes, in memory alone, and only among those who may know that it came: how
long a look takes tells whether a document is known. A document is digested when it comes for the second time, so that
one that comes once costs nothing.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from hashlib import blake2b
from secrets import token_bytes
from typing import IO, Final

import msgspec

from limen.data.documents import Inspected, WhyNot

MOST_BYTES: Final = 16 << 20
"""So many bytes all that is kept takes,"""
MOST_OF_ONE: Final = 1 << 20
"""and so many what is kept of one document: some thousand finds."""
MOST_MET: Final = 10_000
"""So many documents are known to have come once."""
LARGEST: Final = 64 << 20
"""A larger document is not digested."""
_EDGE: Final = 4_096
_PIECE: Final = 1 << 18
_NOT_FOR_GOOD: Final = frozenset({WhyNot.TIMED_OUT, WhyNot.FAILED})
"""The next time it may be read."""

_decoder = msgspec.msgpack.Decoder(Inspected)


class KnownDocuments:
    """Of one scanner: another finds other things. `met` and `digest` tell a document by its open file."""

    def __init__(self) -> None:
        self._key = token_bytes(32)
        self._met: OrderedDict[bytes, None] = OrderedDict()
        self._found: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0

    def met(self, file: IO[bytes], length: int, of: tuple[str, str]) -> bool:
        """Whether a document that begins and ends like this came before; from now on it did. `of`: among whom it is
        known, and what it is called.
        """
        if not of[0] or length > LARGEST:
            return False
        known = self._begun(of, length)
        known.update(os.pread(file.fileno(), _EDGE, 0) + os.pread(file.fileno(), _EDGE, max(0, length - _EDGE)))
        quick = known.digest()
        is_met = quick in self._met
        self._met[quick] = None
        self._met.move_to_end(quick)
        if len(self._met) > MOST_MET:
            self._met.popitem(last=False)
        return is_met

    def digest(self, file: IO[bytes], length: int, of: tuple[str, str]) -> bytes:
        """By what it is known. Takes some milliseconds for megabytes, and may be asked in any thread."""
        known, piece = self._begun(of, length), memoryview(bytearray(_PIECE))
        at = 0
        while at < length and (read := os.preadv(file.fileno(), [piece], at)):
            known.update(piece[:read])
            at += read
        return known.digest()

    def _begun(self, of: tuple[str, str], length: int) -> blake2b:
        known = blake2b(key=self._key, digest_size=32)
        for one in (*of, str(length)):
            written = one.encode("utf-8", "surrogateescape")
            known.update(len(written).to_bytes(8) + written)
        return known

    def found(self, digest: bytes) -> Inspected | None:
        """What was found in this document; None where that is not known."""
        kept = self._found.get(digest)
        if kept is None:
            return None
        self._found.move_to_end(digest)
        return _decoder.decode(kept)

    def keep(self, digest: bytes, inspected: Inspected) -> None:
        """Remember what was found in it."""
        if not _NOT_FOR_GOOD.isdisjoint(inspected.why_not):
            return
        kept = msgspec.msgpack.encode(inspected)
        if len(kept) > MOST_OF_ONE:
            return
        self._bytes += len(kept) - len(self._found.pop(digest, b""))
        self._found[digest] = kept
        while self._bytes > MOST_BYTES:
            _, forgotten = self._found.popitem(last=False)
            self._bytes -= len(forgotten)
