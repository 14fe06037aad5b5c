"""What a proxy asks by ICAP (RFC 3507), read strictly: a message that could be read in two ways is refused.

The offsets of `Encapsulated` are held against the heads that come, chunks against their framing, and everything against
a bound.
"""

from __future__ import annotations

import re
from asyncio import StreamReader
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

LINE: Final = 16_384
HEAD: Final = 65_536
FIELDS: Final = 128
CHUNK_LINE: Final = 512
TRAILER_LINES: Final = 32
PIECE: Final = 65_536

_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*")
_REQUEST: Final = re.compile(rb"([A-Z]{1,16}) (icaps?://[!-~]{1,2000}) ICAP/1\.([0-9])")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*((?:;[^\0\r\n]*)?)")
_ORDERS: Final = {
    b"OPTIONS": re.compile(r"(opt-body|null-body)"),
    b"REQMOD": re.compile(r"(req-hdr )?(req-body|null-body)"),
    b"RESPMOD": re.compile(r"(req-hdr )?(res-hdr )?(res-body|null-body)"),
}
"""Which parts a message may have, in this order (section 4.4.1)."""
_ONCE: Final = (b"encapsulated", b"preview", b"host", b"x-authenticated-user")


class UnreadableError(Exception):
    """What came is not to be read any further; `status` is what ICAP calls that."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class HttpHead:
    """The head of an HTTP message, as it came and with its fields by their names in small letters."""

    raw: bytes = b""
    first: bytes = b""
    fields: Mapping[bytes, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What a field says, as Latin-1; "" where it is missing. Of several with one name, all, by commas."""
        return self.fields.get(name.encode(), b"").decode("latin-1")

    @property
    def target(self) -> str:
        """What a request is for, as it came: mostly a whole address, since it goes through a proxy."""
        words = self.first.split(b" ")
        return words[1].decode("latin-1") if len(words) == 3 else ""

    @property
    def host(self) -> str:
        """The host that a request goes to, without its port: of its target, else of its field. "" where neither says
        one.
        """
        target = self.target
        authority = target if self.first.startswith(b"CONNECT ") else ""
        for one in (target, f"//{authority}", f"//{self.text('host')}"):
            try:
                name = urlsplit(one).hostname
            except ValueError:
                continue
            if name:
                return name[:253].lower().rstrip(".")
        return ""


@dataclass(frozen=True, slots=True)
class IcapRequest:
    """One request up to its body. `preview` is how many bytes of the body come before we say whether we want the rest;
    None: all of it comes at once.
    """

    method: bytes
    fields: Mapping[bytes, bytes]
    request: HttpHead
    response: HttpHead
    has_body: bool
    preview: int | None

    @property
    def allows_204(self) -> bool:
        """Whether "unchanged" may be answered to all of the body, and not to its preview alone."""
        return b"204" in [one.strip() for one in self.fields.get(b"allow", b"").split(b",")]

    @property
    def is_last(self) -> bool:
        """Whether the connection ends with the answer."""
        return b"close" in [one.strip().lower() for one in self.fields.get(b"connection", b"").split(b",")]


async def read_request(reader: StreamReader, first: bytes) -> IcapRequest:
    """The request whose first line this is. Raises UnreadableError, and IncompleteReadError where it ends early."""
    match = _REQUEST.fullmatch(first)
    if match is None:
        raise UnreadableError
    if match[3] != b"0":
        raise UnreadableError(505)
    order = _ORDERS.get(match[1])
    if order is None:
        raise UnreadableError(405)
    fields = _fields(await _lines(reader), _ONCE)
    parts = _encapsulated(fields, is_needed=match[1] != b"OPTIONS")
    if parts and not order.fullmatch(" ".join(name for name, _ in parts)):
        raise UnreadableError
    heads = await _heads(reader, parts)
    body = parts[-1][0] if parts else "null-body"
    if body == "opt-body":
        raise UnreadableError
    has_body = body != "null-body"
    preview = _number(fields.get(b"preview")) if has_body else None
    return IcapRequest(
        match[1], fields, heads.get("req-hdr", HttpHead()), heads.get("res-hdr", HttpHead()), has_body, preview
    )


class Chunks:
    """A chunked body (RFC 9112 section 7.1), once up to the end of its preview and, where that is not all, once more.

    `is_whole`: the client says that the preview was all there is (`0; ieof`).
    """

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self.is_whole = False

    async def read(self, most: int | None = None) -> AsyncIterator[bytes]:
        """Pieces up to the next chunk of no size. Raises UnreadableError, also where more comes than `most`."""
        came = 0
        while True:
            size, extensions = self._size(await _line(self._reader, CHUNK_LINE))
            if size == 0:
                self.is_whole = "ieof" in extensions
                await self._skip_trailers()
                return
            came += size
            if most is not None and came > most:
                raise UnreadableError
            while size:
                piece = await self._reader.readexactly(min(size, PIECE))
                size -= len(piece)
                yield piece
            if await self._reader.readexactly(2) != b"\r\n":
                raise UnreadableError

    @staticmethod
    def _size(line: bytes) -> tuple[int, list[str]]:
        match = _CHUNK.fullmatch(line)
        if match is None:
            raise UnreadableError
        return int(match[1], 16), [one.strip().lower() for one in match[2].decode("latin-1").split(";")]

    async def _skip_trailers(self) -> None:
        for _ in range(TRAILER_LINES):
            if not await _line(self._reader, CHUNK_LINE):
                return
        raise UnreadableError


async def read_line(reader: StreamReader) -> bytes | None:
    """The first line of the next request; None where the connection was ended between two."""
    line = await reader.readline()
    if not line:
        return None
    return _ended(line, LINE)


async def _line(reader: StreamReader, most: int) -> bytes:
    return _ended(await reader.readline(), most)


def _ended(line: bytes, most: int) -> bytes:
    """Without its end, which has to be CR LF."""
    if not line.endswith(b"\n"):
        raise EOFError
    if len(line) > most or not line.endswith(b"\r\n"):
        raise UnreadableError
    return line[:-2]


async def _lines(reader: StreamReader) -> list[bytes]:
    lines: list[bytes] = []
    while line := await _line(reader, LINE):
        lines.append(line)
        if len(lines) > FIELDS or sum(map(len, lines)) > HEAD:
            raise UnreadableError
    return lines


def _fields(lines: list[bytes], once: tuple[bytes, ...] = ()) -> dict[bytes, bytes]:
    """By name. Folded lines are none (RFC 9112 section 5.2), and what has to be said once is said once."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        name = match[1].lower() if match else b""
        if match is None or (name in fields and name in once):
            raise UnreadableError
        fields[name] = b", ".join((fields[name], match[2])) if name in fields else match[2]
    return fields


def _encapsulated(fields: Mapping[bytes, bytes], *, is_needed: bool) -> list[tuple[str, int]]:
    """The parts and where each begins: the first at 0, each behind the one before it (section 4.4.1)."""
    said = fields.get(b"encapsulated")
    if said is None and not is_needed:
        return []
    parts: list[tuple[str, int]] = []
    for one in (said or b"").split(b",", 4):
        name, equals, at = one.strip().partition(b"=")
        place = _number(at) if equals else None
        begins_well = place == 0 if not parts else place is not None and parts[-1][1] < place <= 2 * HEAD
        if place is None or not begins_well:
            raise UnreadableError
        parts.append((name.decode("latin-1").lower(), place))
    return parts


async def _heads(reader: StreamReader, parts: list[tuple[str, int]]) -> dict[str, HttpHead]:
    """Each head, which has to be exactly as long as the offsets say."""
    heads: dict[str, HttpHead] = {}
    for (name, at), (_, until) in pairwise(parts):
        raw = await reader.readexactly(until - at)
        if len(raw) > HEAD or not raw.endswith(b"\r\n\r\n") or b"\r\n\r\n" in raw[:-4]:
            raise UnreadableError
        first, *lines = raw[:-4].split(b"\r\n")
        if len(lines) > FIELDS:
            raise UnreadableError
        heads[name] = HttpHead(raw, first, _fields(lines))
    return heads


def _number(said: bytes | None) -> int | None:
    if said is None:
        return None
    if not said.isdigit() or len(said) > 6:
        raise UnreadableError
    return int(said)
