"""What one HTTP message holds, as documents: the files and fields of a form, what a compressed body unpacks to.

What can't be taken apart is looked into as it came, and counts as not read: rules say what that means.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import Message
from typing import Final
from urllib.parse import unquote, unquote_plus, unquote_to_bytes, urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from limen.data.documents import WhyNot
from limen.data.doors.icap_reading import HttpHead
from limen.data.doors.judging import Content, Passed
from limen.data.doors.spool import PIECE, NoRoomError, Room, Spool

MOST_PARTS: Final = 1_000
MOST_ENCODINGS: Final = 3
LARGEST_FORM: Final = 8 << 20
"""Bytes of a form without files, or of all the fields of one with."""
RATIO: Final = 200
"""A body that unpacks to more than so many times its size is a bomb, once it is larger than a megabyte."""
FORM: Final = "form"
ADDRESS: Final = "address"


class _UnfitError(Exception):
    """It can't be taken apart."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


def documents_of(head: HttpHead, name: str, body: Spool, room: Room, held: ExitStack) -> Passed:
    """The documents of a body with this head, called so where it is one by itself.

    What is unpacked is held within `room` until `held` ends. Raises NoRoomError.
    """
    try:
        plain = _decoded(body, head.text("content-encoding"), room, held)
        return Passed(_of_kind(head, name, plain, room, held))
    except _UnfitError as unfit:
        return Passed((Content(body, name),), frozenset({unfit.why}))


def asked_by(target: str) -> tuple[Content, ...]:
    """What stands behind the `?` of an address, as text: it is sent as a body is."""
    said = unquote_to_bytes(target.partition("?")[2].replace("+", " ").replace("&", "\n"))
    return (Content(said, ADDRESS),) if said else ()


def file_name(head: HttpHead, target: str) -> str:
    """What a body is called by its head, else by its address; "" where neither says."""
    return _plain(_message(head).get_filename()) or unquote_plus(_path(target).rpartition("/")[2])[:255]


def _of_kind(head: HttpHead, name: str, body: Spool, room: Room, held: ExitStack) -> tuple[Content, ...]:
    kind = _message(head)
    if kind.get_content_type() == "application/x-www-form-urlencoded":
        if body.size > LARGEST_FORM:
            raise _UnfitError(WhyNot.TOO_LARGE)
        said = body.whole(LARGEST_FORM).replace(b"&", b"\n").replace(b"=", b": ").replace(b"+", b" ")
        return (Content(unquote_to_bytes(said), FORM),)
    if kind.get_content_type() == "multipart/form-data":
        return _Form(room, held).parts(body, kind.get_boundary() or "")
    return (Content(body, name),)


class _Form:
    """The parts of one form as its parser tells of them: files one by one, fields together."""

    def __init__(self, room: Room, held: ExitStack) -> None:
        self._room, self._held = room, held
        self._contents: list[Content] = []
        self._fields: list[bytes] = []
        self._headers: list[bytes] = []
        self._size = self._number = 0
        self._name, self._value, self._disposition = b"", b"", b""
        self._file: Spool | None = None
        self._ended = False

    def parts(self, body: Spool, boundary: str) -> tuple[Content, ...]:
        try:
            parser = MultipartParser(
                boundary.encode("latin-1"),
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                    "on_end": self._end,
                },
            )
            for piece in _pieces(body):
                parser.write(piece)
            parser.finalize()
        except (FormParserError, ValueError) as wrong:
            raise _UnfitError(WhyNot.BROKEN) from wrong
        if not self._ended or _goes_on_behind(body, b"\r\n--%s--" % boundary.encode("latin-1")):
            raise _UnfitError(WhyNot.BROKEN)
        said = b"\n".join((*self._fields, *self._headers))
        fields = (Content(said, FORM),) if said else ()
        return (*fields, *self._contents)

    def _begin(self) -> None:
        self._number += 1
        if self._number > MOST_PARTS:
            raise _UnfitError(WhyNot.TOO_MANY)
        self._name, self._value, self._disposition, self._file = b"", b"", b"", None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        elif self._name.lower() in (b"content-transfer-encoding", b"content-encoding"):
            raise _UnfitError(WhyNot.UNKNOWN_KIND)  # no browser sends it, and servers differ in what they make of it
        else:
            self._headers.append(self._name + b": " + self._value)
        self._name = self._value = b""
        if sum(map(len, self._headers)) > LARGEST_FORM:
            raise _UnfitError(WhyNot.TOO_LARGE)

    def _headers_end(self) -> None:
        said = Message()
        said["Content-Disposition"] = self._disposition.decode("utf-8", "replace").replace("\r", " ").replace("\n", " ")
        name, file = said.get_param("name", "", "content-disposition"), said.get_filename()
        if file is None:
            self._fields.append(_plain(name).encode("utf-8", "replace") + b": ")
        else:
            self._file = self._held.enter_context(Spool(self._room))
            self._contents.append(Content(self._file, _plain(file)))
            self._headers.append(file.encode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._size += end - start
        if self._size > LARGEST_FORM:
            raise _UnfitError(WhyNot.TOO_LARGE)
        self._fields[-1] += data[start:end]

    def _end(self) -> None:
        self._ended = True


def _goes_on_behind(body: Spool, end: bytes) -> bool:
    """Whether something is sent behind the end of a form, where no reader of forms looks."""
    before, is_behind = b"\r\n", False  # the end may be all that there is
    for piece in _pieces(body):
        whole = before + piece
        if not is_behind:
            _, found, behind = whole.partition(end)
            is_behind, whole = bool(found), behind
            before = b"" if found else (before + piece)[-len(end) :]
        if is_behind and whole.strip(b"\r\n"):
            return True
        before = b"" if is_behind else before
    return False


def _decoded(body: Spool, encodings: str, room: Room, held: ExitStack) -> Spool:
    """A body without its content encodings (RFC 9110 section 8.4), the last of which is undone first."""
    named = [one for one in (each.strip().lower() for each in encodings.split(",")) if one not in ("", "identity")]
    if len(named) > MOST_ENCODINGS:
        raise _UnfitError(WhyNot.TOO_DEEP)
    for one in reversed(named):
        body = _inflated(body, one, room, held)
    return body


def _inflated(body: Spool, encoding: str, room: Room, held: ExitStack) -> Spool:
    if encoding in ("gzip", "x-gzip"):
        bits = zlib.MAX_WBITS | 16
    elif encoding == "deflate":  # with or without zlib's head (RFC 9110 section 8.4.1.2)
        bits = zlib.MAX_WBITS if (body.whole(1) or b"\0")[0] & 0x0F == 8 else -zlib.MAX_WBITS
    else:
        raise _UnfitError(WhyNot.UNKNOWN_KIND)
    out = held.enter_context(Spool(room))
    most = min(room.largest, max(body.size * RATIO, 1 << 20))
    try:
        for piece in _inflating(body, bits):
            out.write(piece)
            if out.size > most:
                raise _UnfitError(WhyNot.TOO_LARGE)
    except zlib.error as wrong:
        raise _UnfitError(WhyNot.BROKEN) from wrong
    except NoRoomError as none:
        raise _UnfitError(WhyNot.TOO_LARGE) from none
    return out


def _inflating(body: Spool, bits: int) -> Iterator[bytes]:
    """What it unpacks to, a bounded piece at a time; several streams one behind the other are one (RFC 1952)."""
    stream = zlib.decompressobj(bits)
    for piece in _pieces(body):
        left = piece
        while left:
            if stream.eof:
                stream = zlib.decompressobj(bits)
            yield stream.decompress(left, PIECE)
            left = stream.unconsumed_tail or stream.unused_data
    while more := stream.decompress(b"", PIECE):
        yield more
    if not stream.eof:
        raise zlib.error


def _pieces(body: Spool) -> Iterator[bytes]:
    at = 0
    while piece := body.piece(at):
        at += len(piece)
        yield piece


def _message(head: HttpHead) -> Message:
    """The head's Content-Type and Content-Disposition, read as those of mails are."""
    said = Message()
    for name in ("content-type", "content-disposition"):
        if text := head.text(name):
            said[name] = text
    return said


def _path(target: str) -> str:
    try:
        return urlsplit(target).path
    except ValueError:
        return ""


def _plain(said: object) -> str:
    """A parameter that may come with its encoding (RFC 2231) or without."""
    text = said[2] if isinstance(said, tuple) else said
    plain = str(text or "").encode("utf-8", "replace").decode()
    return unquote(plain).replace("\\", "/").rpartition("/")[2][:255]
