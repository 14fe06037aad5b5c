"""The parts of multipart bodies (RFC 7578, RFC 2046 section 5.1), one after the other as they come.

What could be split differently by an app is refused as unreadable: two boundaries, text before the first one or behind
the last one, an end that is missing, too many parts or fields of their heads.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import decode_rfc2231
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from limen.http_bodies.codings import UnreadableError

MOST_PARTS: Final = 1_000
MOST_FIELDS: Final = 16
MOST_FIELD_BYTES: Final = 8_192
_LONGEST_TYPE: Final = 1_024
_BOUNDARY: Final = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_AS_IT_IS: Final = frozenset({b"binary", b"7bit", b"8bit"})
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_NO_QUOTED: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n)")
_HEAD, _DATA, _END = "head", "data", "end"


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part: `field` is its name in the form, `filename` what the sender calls the file ("": it is none), `is_file`
    whether an app would take it for one, `head` all that it says of itself. `body`, as it was
    sent, is read before the next part; its `transfer_encoding` (b"": none) is not undone.
    """

    head: bytes
    field: str
    filename: str
    is_file: bool
    content_type: bytes
    transfer_encoding: bytes
    body: AsyncIterator[bytes]


def boundary_of(content_type: bytes) -> bytes:
    """The boundary that a Content-Type names. Raises UnreadableError where it names none or more than one."""
    if len(content_type) > _LONGEST_TYPE:
        raise UnreadableError("broken")
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    names = [one.rpartition(b";")[2].partition(b"*")[0].strip() for one in content_type.lower().split(b"=")[:-1]]
    if sum(one.endswith(b"boundary") for one in names) != 1:
        raise UnreadableError("broken")
    if not _BOUNDARY.fullmatch(boundary):
        raise UnreadableError("broken")
    return boundary


async def parts_of(body: AsyncIterator[bytes], content_type: bytes) -> AsyncIterator[FormPart]:
    """The parts of a body. Raises UnreadableError, also while a part is read."""
    events = _Events(body, boundary_of(content_type))
    for _ in range(MOST_PARTS):
        head = await events.next_head()
        if head is None:
            return
        part = _part(head, events.data())
        yield part
        async for _ in part.body:
            pass
    raise UnreadableError("too-many")


class _Events:
    """What the parser tells, in order; more of the body is read when there is nothing left to tell."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._told: deque[tuple[str, Any]] = deque()
        self._head: list[tuple[bytes, bytes]] = []
        self._name = self._value = b""
        self._before: bytes = b""
        self._has_ended = False
        self._first: bytes = b""
        self._boundary = b"--" + boundary
        self._is_checked = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_field,
                "on_headers_finished": self._on_head,
                "on_part_data": lambda data, start, end: self._told.append((_DATA, data[start:end])),
                "on_part_end": lambda: self._told.append((_END, b"")),
                "on_end": self._on_end,
            },
            max_header_count=MOST_FIELDS,
            max_header_size=MOST_FIELD_BYTES,
        )

    async def next_head(self) -> list[tuple[bytes, bytes]] | None:
        """The head of the next part; None where there is none."""
        while (told := await self._next()) is not None:
            if told[0] == _HEAD:
                head: list[tuple[bytes, bytes]] = told[1]
                return head
        return None

    async def data(self) -> AsyncIterator[bytes]:
        """What is left of the part whose head was read."""
        while (told := await self._next()) is not None and told[0] != _END:
            yield told[1]

    async def _next(self) -> tuple[str, Any] | None:
        while not self._told:
            piece = await anext(self._body, None)
            if piece is None:
                if not self._has_ended:
                    raise UnreadableError("broken")
                return None
            self._write(piece)
        return self._told.popleft()

    def _write(self, piece: bytes) -> None:
        if not self._is_checked:
            piece, self._first = self._first + piece, self._first + piece
            if len(piece) < len(self._boundary):
                return
            self._is_checked, self._first = True, b""
            if not piece.startswith(self._boundary):
                raise UnreadableError("broken")  # text before the first boundary is for no app, or for some
        if self._has_ended:
            behind = piece
        else:
            try:
                self._parser.write(piece)
            except FormParserError:
                raise UnreadableError("broken") from None
            behind = self._behind_the_end(piece)
        if behind.strip(b"\r\n"):
            raise UnreadableError("broken")  # and so is text behind the last one

    def _behind_the_end(self, piece: bytes) -> bytes:
        """What of a piece lies behind the last boundary."""
        closing = b"\r\n" + self._boundary + b"--"
        window = self._before + piece
        self._before = window[-len(closing) :]
        return window.partition(closing)[2] if self._has_ended else b""

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_field(self) -> None:
        self._head.append((self._name.lower(), self._value))
        self._name = self._value = b""

    def _on_head(self) -> None:
        head, self._head = self._head, []
        self._told.append((_HEAD, head))

    def _on_end(self) -> None:
        self._has_ended = True


def _part(head: list[tuple[bytes, bytes]], body: AsyncIterator[bytes]) -> FormPart:
    def only(name: bytes) -> bytes:
        values = [value for other, value in head if other == name]
        if len(values) > 1:
            raise UnreadableError("broken")  # apps disagree about which of them counts
        return values[0] if values else b""

    disposition = only(b"content-disposition")
    _, options = parse_options_header(disposition)
    plain, extended = options.get(b"filename", b""), _extended(disposition)
    encoding = only(b"content-transfer-encoding").strip().lower()
    encoding = b"" if encoding in _AS_IT_IS else encoding
    return FormPart(
        head=b"\n".join(b"%b: %b" % one for one in head),
        field=options.get(b"name", b"").decode("utf-8", "replace"),
        filename=plain.decode("utf-8", "replace") or extended,
        is_file=bool(plain or extended) or b"filename" in disposition.lower(),
        content_type=only(b"content-type"),
        transfer_encoding=encoding,
        body=body,
    )


def filename_in(disposition: bytes) -> str:
    """What a Content-Disposition calls the file (RFC 6266); "" where it does not."""
    _, options = parse_options_header(disposition)
    return _extended(disposition) or options.get(b"filename", b"").decode("utf-8", "replace")


def _extended(disposition: bytes) -> str:
    """The name of `filename*` (RFC 8187)."""
    found = re.search(rb"filename\*\s*=\s*([^;]+)", disposition, re.IGNORECASE)
    if found is None:
        return ""
    charset, _, value = decode_rfc2231(found[1].strip().strip(b'"').decode("latin-1"))
    try:
        return unquote_to_bytes(value).decode(charset or "utf-8", "replace")
    except LookupError:
        return unquote_to_bytes(value).decode("latin-1")


def decoded(content: bytes, encoding: bytes) -> bytes:
    """A part without its transfer encoding, as an app reads it that undoes it. RFC 7578 section 4.7 deprecates that, so
    that most apps take the part as it is. Raises UnreadableError where decoders could disagree.
    """
    if encoding == b"base64":
        digits = content.translate(None, b" \t\r\n")
        if len(digits) % 4 == 0 and _BASE64.fullmatch(digits):
            return binascii.a2b_base64(digits)
    elif encoding == b"quoted-printable":
        if not _NO_QUOTED.search(content):
            return quopri.decodestring(content)
    else:
        raise UnreadableError("unknown-kind")
    raise UnreadableError("broken")
