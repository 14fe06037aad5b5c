"""A body as the documents in it: the files and fields of a form, what JSON reads as, or the body itself.

Apps disagree about what a body is, and some ask nothing of its type: so what is written in another way than it reads
(JSON, forms of one line) is looked at as both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from limen.http_bodies.codings import Readable, UnreadableError
from limen.http_bodies.escapes import FORM, JSON, Notation, Undoing
from limen.http_bodies.forms import FormPart, decoded, parts_of

MOST_DEPTH: Final = 3
"""So many forms may lie in one another."""
MOST_PARSED: Final = 16 << 20
"""Fields of a form, and what a text with escapes reads as, are held in memory up to this size."""
_LOOK: Final = 512
_BEFORE_JSON: Final = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
"""Blanks, and the marks of encodings."""
_MOST_BLANKS: Final = 1 << 16
_AT_ONCE: Final = 1 << 15
"""So many bytes are undone before others have their turn."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document in a body: what it is called, in which field of a form it is (""), and its bytes."""

    name: str
    where: str
    body: AsyncIterator[bytes]


async def documents_in(body: AsyncIterator[bytes], content_type: bytes, name: str) -> AsyncIterator[Document]:
    """The documents of a body, each to be read before the next. Raises UnreadableError, also while one is read."""
    async for one in _split(body, content_type, name, "", 0):
        yield one


async def _split(
    body: AsyncIterator[bytes], content_type: bytes, name: str, where: str, depth: int
) -> AsyncIterator[Document]:
    kind = content_type.partition(b";")[0].strip().lower()
    if kind.startswith(b"multipart/"):
        if depth >= MOST_DEPTH:
            raise UnreadableError("too-deep")
        async for one in _form(body, content_type, depth):
            yield one
        return
    first, body = await _first_of(body)
    if kind == b"application/x-www-form-urlencoded":
        notation: Notation | None = FORM
    else:  # whatever it is said to be
        notation = JSON if b"json" in kind or first.lstrip(_BEFORE_JSON)[:1] in {b"{", b"[", b""} else None
    if notation is None:
        yield Document(name, where, body)
        return
    async for one in _both(body, name, where, Undoing(notation, _encoding_of(first))):
        yield one


async def _form(body: AsyncIterator[bytes], content_type: bytes, depth: int) -> AsyncIterator[Document]:
    """Each file of a form by itself; its fields and the heads of all parts together, as somebody would read them."""
    fields: list[bytes] = []
    wrong: UnreadableError | None = None
    try:
        async for one in _parts(body, content_type, depth, fields):
            yield one
    except UnreadableError as error:
        wrong = error
    if fields:
        yield Document("", "", _once(b"".join(fields)))
    if wrong is not None:  # what was read before it is looked at all the same
        raise wrong


async def _parts(
    body: AsyncIterator[bytes], content_type: bytes, depth: int, fields: list[bytes]
) -> AsyncIterator[Document]:
    """The files of a form; all else of it is added to `fields`."""
    size = 0
    wrong: list[UnreadableError] = []
    async for part in parts_of(body, content_type):
        fields.append(part.head + b"\n")
        if part.transfer_encoding:
            async for one in _encoded(part, depth + 1, wrong):
                yield one
            continue
        if part.is_file or part.content_type:
            async for one in _split(part.body, part.content_type, part.filename, part.field, depth + 1):
                yield one
            continue
        undoing = Undoing(JSON)
        reads: list[bytes] = []
        async for piece in part.body:
            size += len(piece)
            if size > MOST_PARSED:
                raise UnreadableError("too-large")
            fields.append(piece)
            reads.append(await _fed(undoing, piece))
        fields.append(b"\n")
        if undoing.differs:  # JSON in a field, as GraphQL sends it
            fields += [*reads, undoing.feed(b"", is_last=True), b"\n"]
    if wrong:
        raise wrong[0]


async def _encoded(part: FormPart, depth: int, wrong: list[UnreadableError]) -> AsyncIterator[Document]:
    """A part with a transfer encoding, which apps undo or not: as it is, and as it reads. Where that can't be said, the
    parts behind it are read before it is told.
    """
    held = bytearray()

    async def watched() -> AsyncIterator[bytes]:
        async for piece in part.body:
            held.extend(piece[: MOST_PARSED + 1 - len(held)])
            yield piece

    written = watched()
    async for one in _split(written, part.content_type, part.filename, part.field, depth):
        yield one
    async for _ in written:
        pass
    if len(held) > MOST_PARSED:
        wrong.append(UnreadableError("too-large"))
        return
    try:
        reads = decoded(bytes(held), part.transfer_encoding)
    except UnreadableError as error:
        wrong.append(error)
        return
    async for one in _split(_once(reads), part.content_type, part.filename, part.field, depth):
        yield one


async def _both(body: AsyncIterator[bytes], name: str, where: str, undoing: Undoing) -> AsyncIterator[Document]:
    """A body as it is, and where it differs, as it reads."""
    reads = bytearray()
    is_whole = True

    async def watched() -> AsyncIterator[bytes]:
        nonlocal is_whole
        async for piece in body:
            if is_whole:
                reads.extend(await _fed(undoing, piece))
                is_whole = len(reads) <= MOST_PARSED
            yield piece

    written = Readable(watched())
    pieces = written.pieces()
    yield Document(name, where, _and_then(b"", pieces, written))
    async for _ in pieces:
        pass
    reads += undoing.feed(b"", is_last=True)
    if undoing.differs:
        yield Document(name, where, _once(bytes(reads)))
    if written.wrong is not None:
        raise written.wrong
    if undoing.differs and not is_whole:
        raise UnreadableError("too-large")


async def _fed(undoing: Undoing, piece: bytes) -> bytes:
    if len(piece) <= _AT_ONCE:
        return undoing.feed(piece)
    reads = []
    for at in range(0, len(piece), _AT_ONCE):
        reads.append(undoing.feed(piece[at : at + _AT_ONCE]))
        await asyncio.sleep(0)
    return b"".join(reads)


def _encoding_of(first: bytes) -> str:
    return json.detect_encoding(first) if b"\0" in first else "utf-8"


async def _first_of(body: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes of a body that are no blanks, and the body with all before them."""
    readable = Readable(body)
    rest, first, written = readable.pieces(), b"", 0
    async for piece in rest:
        first += piece
        written += len(piece if written else piece.lstrip())
        if written >= _LOOK or len(first) > _MOST_BLANKS:
            break
    return first, _and_then(first, rest, readable)


async def _and_then(first: bytes, rest: AsyncIterator[bytes], readable: Readable) -> AsyncIterator[bytes]:
    """Both, and what was wrong with the rest raised behind them."""
    if first:
        yield first
    async for piece in rest:
        yield piece
    if readable.wrong is not None:
        raise readable.wrong


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
