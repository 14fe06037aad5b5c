"""Packed bytes, unpacked piece by piece and counted as they come out."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, UnreadableError

_FED: Final = 1 << 12
"""Little enough that what was not unpacked yet does not count as the size of a bomb."""
_PIECE: Final = 1 << 18
MEMORY: Final = 128 << 20
"""So much may one stream of LZMA ask for."""


class Decompressor(Protocol):
    """As those of bz2 and lzma."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class Inflate:
    """Deflate (RFC 1951) as the other decompressors are; with `zlib.MAX_WBITS | 16` as gzip (RFC 1952) packs it."""

    def __init__(self, window: int = -zlib.MAX_WBITS) -> None:
        self._inflate = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


class Unpacked:
    """What comes out of packed data from one place on. `end` is where it ended, once all came out."""

    def __init__(self, decompressor: Decompressor, data: bytes, start: int, budget: Budget) -> None:
        self._decompressor, self._data, self._budget = decompressor, data, budget
        self._start = self.end = start

    def __iter__(self) -> Iterator[bytes]:
        """Raises UnreadableError where the data is broken or ends too early, and where it is too much."""
        count = self._budget.unpacking(0)
        while not self._decompressor.eof:
            given = self._data[self.end : self.end + _FED] if self._decompressor.needs_input else b""
            self.end += len(given)
            count.packed = self.end - self._start
            try:
                piece = self._decompressor.decompress(given, _PIECE)
            except (OSError, EOFError, zlib.error, lzma.LZMAError):
                raise UnreadableError(WhyNot.BROKEN) from None
            if piece:
                count.take(len(piece))
                yield piece
            elif not given and not self._decompressor.eof:
                raise UnreadableError(WhyNot.BROKEN)
        self.end -= len(self._decompressor.unused_data)


class Streams:
    """What all streams of a compressed file hold, one behind the other; each begins with `mark`.

    `starts` and `end` are where they begin, and where the last one ended, of those that came out so far.
    """

    def __init__(self, data: bytes, mark: bytes, make: Callable[[], Decompressor], budget: Budget) -> None:
        self._data, self._mark, self._make, self._budget = data, mark, make, budget
        self.starts: list[int] = []
        self.end = 0

    def __iter__(self) -> Iterator[bytes]:
        while self._data.startswith(self._mark, self.end):
            self.starts.append(self.end)
            one = Unpacked(self._make(), self._data, self.end, self._budget)
            yield from one
            self.end = one.end


def gzipped(data: bytes, budget: Budget) -> Streams:
    return Streams(data, b"\x1f\x8b", lambda: Inflate(zlib.MAX_WBITS | 16), budget)


def bzipped(data: bytes, budget: Budget) -> Streams:
    return Streams(data, b"BZh", bz2.BZ2Decompressor, budget)


def xzipped(data: bytes, budget: Budget) -> Streams:
    return Streams(data, b"\xfd7zXZ", lambda: lzma.LZMADecompressor(memlimit=MEMORY), budget)
