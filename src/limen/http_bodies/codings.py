"""Content codings undone for the look (RFC 9110 section 8.4): gzip, deflate, br and zstd, bounded in what comes out."""

from __future__ import annotations

import asyncio
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from brotli import Decompressor

MOST_OUT: Final = 256 << 20
"""So many bytes may come out of one body."""
MOST_RATIO: Final = 200
FREE: Final = 4 << 20
"""Beyond so many bytes that come out, no more than this for each that went in: nobody's document compresses so well."""
MOST_CODINGS: Final = 3
MOST_AT_ONCE: Final = 16 << 20
"""So many bytes may come out of one piece of what has no end."""
_BREATH: Final = 2 << 20
"""After so many bytes that come out, others have their turn."""
_PIECE: Final = 1 << 18
KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
"""What can be undone. Clients of apps whose responses are looked into are offered no other."""


class UnreadableError(Exception):
    """The look can't go on; `why` is one of the words of `data.documents.WhyNot`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def codings_in(field: bytes) -> tuple[str, ...]:
    """The codings that a Content-Encoding names, in the order in which they were applied; identity is none."""
    named = (one.strip().lower() for one in field.decode("latin-1").split(","))
    return tuple(one for one in named if one and one != "identity")


def undone(body: AsyncIterator[bytes], codings: tuple[str, ...], most: int = MOST_OUT) -> AsyncIterator[bytes]:
    """The body without its codings. Raises UnreadableError, also while it is read."""
    if len(codings) > MOST_CODINGS:
        raise UnreadableError("too-deep")
    for coding in reversed(codings):
        if coding not in KNOWN:
            raise UnreadableError("unknown-kind")
        body = _undo(body, coding, most)
    return body


class Readable:
    """A body as far as it can be read: it ends where it is unreadable, and `wrong` says why."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self.wrong: UnreadableError | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._body:
                yield piece
        except UnreadableError as wrong:
            self.wrong = wrong


async def as_far_as_readable(body: AsyncIterator[bytes], codings: tuple[str, ...]) -> AsyncIterator[bytes]:
    """The body without its codings, to where they can't be undone."""
    with suppress(UnreadableError):
        async for piece in undone(body, codings):
            yield piece


def acceptable(field: bytes) -> bytes:
    """An Accept-Encoding without what can't be undone."""
    named = field.decode("latin-1").split(",")
    kept = [one.strip() for one in named if one.partition(";")[0].strip().lower() in {*KNOWN, "identity"}]
    return ", ".join(kept).encode("latin-1") or b"identity"


class _Decoder(Protocol):
    """One compressed run. `decode` gives at most `_PIECE` bytes; with b"", more of what it was given before."""

    def decode(self, data: bytes) -> bytes: ...
    @property
    def has_more(self) -> bool: ...
    @property
    def has_ended(self) -> bool: ...
    @property
    def rest(self) -> bytes: ...


class _Zlib:
    def __init__(self, bits: int) -> None:
        self._zlib = zlib.decompressobj(bits)

    def decode(self, data: bytes) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, _PIECE)

    @property
    def has_more(self) -> bool:
        return bool(self._zlib.unconsumed_tail)

    @property
    def has_ended(self) -> bool:
        return self._zlib.eof

    @property
    def rest(self) -> bytes:
        return self._zlib.unused_data


class _Deflate(_Zlib):
    """As RFC 9110 section 8.4.1.2 says, with zlib's head; some senders leave that out."""

    def __init__(self) -> None:
        super().__init__(zlib.MAX_WBITS)
        self._has_begun = False

    def decode(self, data: bytes) -> bytes:
        if self._has_begun or not data:
            return super().decode(data)
        self._has_begun = True
        try:
            return super().decode(data)
        except zlib.error:
            self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
            return super().decode(data)


class _Brotli:
    rest = b""

    def __init__(self) -> None:
        import brotli  # noqa: PLC0415 -- only where something is coded so

        self._brotli: Decompressor = brotli.Decompressor()
        self._gave = False

    def decode(self, data: bytes) -> bytes:
        out = bytes(self._brotli.process(data, output_buffer_limit=_PIECE))
        self._gave = bool(out)
        return out

    @property
    def has_more(self) -> bool:
        return self._gave or not self._brotli.can_accept_more_data()

    @property
    def has_ended(self) -> bool:
        return bool(self._brotli.is_finished())


class _Zstd:
    def __init__(self) -> None:
        from backports.zstd import DecompressionParameter, ZstdDecompressor  # noqa: PLC0415 -- the same

        # RFC 9659: a content coding needs no larger window than 8 MB.
        self._zstd: Any = ZstdDecompressor(options={DecompressionParameter.window_log_max: 23})

    def decode(self, data: bytes) -> bytes:
        return bytes(self._zstd.decompress(data, _PIECE))

    @property
    def has_more(self) -> bool:
        return not self._zstd.needs_input and not self._zstd.eof

    @property
    def has_ended(self) -> bool:
        return bool(self._zstd.eof)

    @property
    def rest(self) -> bytes:
        return bytes(self._zstd.unused_data)


def _decoder(coding: str) -> _Decoder:
    if coding in {"gzip", "x-gzip"}:
        return _Zlib(16 + zlib.MAX_WBITS)
    if coding == "deflate":
        return _Deflate()
    return _Brotli() if coding == "br" else _Zstd()


class _Layer:
    """One coding, undone as it comes."""

    def __init__(self, coding: str, most: int) -> None:
        self._coding, self._most = coding, most
        self._decoder: _Decoder | None = None
        self._size = self._came = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out of the next piece. Raises UnreadableError."""
        self._came += len(data)
        while data or (self._decoder is not None and self._decoder.has_more):
            if self._decoder is None:
                self._decoder = _decoder(self._coding)
            try:
                out = self._decoder.decode(data)
            except Exception:  # noqa: BLE001 -- each library has an error of its own
                raise UnreadableError("broken") from None
            data = b""
            self._size += len(out)
            if self._size > self._most or self._size > FREE + MOST_RATIO * self._came:
                raise UnreadableError("too-large")
            if out:
                yield out
            if self._decoder.has_ended:  # what follows is another run of the same coding (RFC 1952 section 2.2)
                data, self._decoder = self._decoder.rest, None

    def end(self) -> None:
        """Raises UnreadableError where it was cut."""
        if self._decoder is not None:
            raise UnreadableError("broken")


class EndlessUndoing:
    """What has no end, without its codings: piece by piece as it comes. Raises UnreadableError."""

    def __init__(self, codings: tuple[str, ...]) -> None:
        if len(codings) > MOST_CODINGS:
            raise UnreadableError("too-deep")
        if not KNOWN.issuperset(codings):
            raise UnreadableError("unknown-kind")
        self._layers = [_Layer(one, sys.maxsize) for one in reversed(codings)]

    def feed(self, piece: bytes) -> bytes:
        """What the next piece reads as, as far as its sender has flushed it. At most `MOST_AT_ONCE` bytes."""
        for layer in self._layers:
            out: bytes = b""
            for one in layer.feed(piece):
                out += one
                if len(out) > MOST_AT_ONCE:
                    raise UnreadableError("too-large")
            piece = out
        return piece


async def _undo(body: AsyncIterator[bytes], coding: str, most: int) -> AsyncIterator[bytes]:
    layer, size = _Layer(coding, most), 0
    async for piece in body:
        for out in layer.feed(piece):
            yield out
            size += len(out)
            if size > _BREATH:
                size = 0
                await asyncio.sleep(0)
    layer.end()
