"""A body as the documents in it: the files and fields of a form, the files in JSON, or the body itself."""

from __future__ import annotations

import asyncio
import binascii
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.forms import parts_of

MOST_DEPTH: Final = 3
"""So many forms may lie in one another."""
MOST_PARSED: Final = 16 << 20
"""JSON and forms of one line are held in memory whole up to this size."""
MOST_FILES_IN_JSON: Final = 50
MOST_FIELDS: Final = 10_000
_ON_THE_LOOP: Final = 1 << 16
"""What is larger is parsed on another thread."""
_LOOK: Final = 512
_BASE64: Final = re.compile(r"(?:data:[^,]{0,200},)?([A-Za-z0-9+/_\-\s]{128,}={0,2})\s*")


@dataclass(frozen=True, slots=True)
class Document:
    """One document in a body: what it is called, in which field of a form or of JSON it is (""), and its bytes."""

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
        async for one in _whole(body, name, where, _of_a_form):
            yield one
    elif b"json" in kind or first.lstrip()[:1] in {b"{", b"["}:  # whatever it is said to be
        async for one in _whole(body, name, where, _of_json):
            yield one
    else:
        yield Document(name, where, body)


async def _form(body: AsyncIterator[bytes], content_type: bytes, depth: int) -> AsyncIterator[Document]:
    """Each file of a form by itself; its fields and the heads of all parts together, as somebody would read them."""
    fields: list[bytes] = []
    size = 0
    async for part in parts_of(body, content_type):
        fields.append(part.head + b"\n")
        if part.is_file or part.content_type:
            async for one in _split(part.body, part.content_type, part.filename, part.field, depth + 1):
                yield one
            continue
        async for piece in part.body:
            size += len(piece)
            if size > MOST_PARSED:
                raise UnreadableError("too-large")
            fields.append(piece)
        fields.append(b"\n")
    if fields:
        yield Document("", "", _once(b"".join(fields)))


async def _whole(body: AsyncIterator[bytes], name: str, where: str, parse: Any) -> AsyncIterator[Document]:
    """What is parsed whole: as text without its notation, and the files in it. Where it is none, as it is."""
    held = bytearray()
    async for piece in body:
        held += piece
        if len(held) > MOST_PARSED:
            yield Document(name, where, _and_then(bytes(held), body))
            raise UnreadableError("too-large")
    raw = bytes(held)
    del held
    parsed = parse(raw) if len(raw) <= _ON_THE_LOOP else await asyncio.to_thread(parse, raw)
    if parsed is None:
        yield Document(name, where, _once(raw))
        return
    text, files = parsed
    yield Document(name, where, _once(text))
    for key, content in files:
        yield Document(name, key, _once(content))


def _of_json(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]] | None:
    """JSON as lines of its keys and values, and the files that are its strings; None where it is none.

    Keys that occur twice are both read: apps disagree about which of them counts.
    """
    try:
        parsed = json.loads(raw, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise UnreadableError("too-deep") from None
    except ValueError:
        return None
    lines, files = [], []
    for key, value in _leaves(parsed):
        content = _file_in(value)
        if content is None:
            lines.append(f"{key}: {value}")
            continue
        files.append((key, content))
        if len(files) > MOST_FILES_IN_JSON:
            raise UnreadableError("too-many")
    return "\n".join(lines).encode("utf-8", "surrogatepass"), files


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with each of its pairs."""


def _leaves(parsed: Any) -> Iterator[tuple[str, str]]:
    """Keys and what stands under them, in order."""
    waiting: list[tuple[str, Any]] = [("", parsed)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, _Pairs):
            waiting.extend(reversed(value))
        elif isinstance(value, list):
            waiting.extend((key, one) for one in reversed(value))
        else:
            yield key, value if isinstance(value, str) else str(value)


def _file_in(value: str) -> bytes | None:
    """The bytes of a string in base64; None where it is none."""
    found = _BASE64.fullmatch(value)
    if found is None:
        return None
    digits = re.sub(r"\s+", "", found[1]).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    try:
        return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return None


def _of_a_form(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]] | None:
    """The fields of a form as lines of names and values."""
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1")
    except ValueError:
        raise UnreadableError("too-many") from None
    return "\n".join(f"{name}: {value}" for name, value in pairs).encode("latin-1"), []


async def _first_of(body: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes of a body, and the body with them."""
    first = b""
    async for piece in body:
        first += piece
        if len(first) >= _LOOK:
            break
    return first, _and_then(first, body)


async def _and_then(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for piece in rest:
        yield piece


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
