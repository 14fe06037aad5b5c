"""What goes between whoever asks and the process that looks into documents: frames over a socket, one file with each.

What the process answers is taken only for an `Inspected` or a `Written` of bounded size: it may have been taken over
by a document.
"""

from __future__ import annotations

import os
import socket
from typing import Final

import msgspec

from limen.data.documents import Inspected
from limen.data.extraction.limits import Limits
from limen.data.labels.model import WhyNoLabel

LONGEST: Final = 64 << 20
_HEAD: Final = 8


class BrokenOffError(Exception):
    """The other side ended, or says what can't be."""


class Order(msgspec.Struct, frozen=True, tag=True):
    """Look into the file that comes with this: what it is called, how long it is, and what it may take."""

    name: str
    length: int
    processor_seconds: int
    limits: Limits


class LabelOrder(msgspec.Struct, frozen=True, tag=True):
    """Write this label with this mark into the document that comes with this."""

    word: str
    mark: str
    length: int
    processor_seconds: int


class Written(msgspec.Struct, frozen=True):
    """A document with its label, and the digest of all of it but the mark; or why it has none."""

    data: bytes = b""
    content: bytes = b""
    why_not: WhyNoLabel | None = None


class Ready(msgspec.Struct, frozen=True):
    """The process can begin; what it can't do any more (`confinement.Held`)."""

    held: frozenset[str]


_inspected = msgspec.msgpack.Decoder(Inspected)
_ready = msgspec.msgpack.Decoder(Ready)
_order: Final[msgspec.msgpack.Decoder[Order | LabelOrder]] = msgspec.msgpack.Decoder(Order | LabelOrder)
_written = msgspec.msgpack.Decoder(Written)
encoded = msgspec.msgpack.encode


def inspected_in(frame: bytes) -> Inspected:
    """Raises BrokenOffError where it is none."""
    try:
        found = _inspected.decode(frame)
    except (msgspec.MsgspecError, UnicodeError, ValueError):
        raise BrokenOffError from None
    if len(found.where) != len(found.found.findings):
        raise BrokenOffError
    return found


def written_in(frame: bytes) -> Written:
    """Raises BrokenOffError where it is none."""
    try:
        return _written.decode(frame)
    except (msgspec.MsgspecError, UnicodeError, ValueError):
        raise BrokenOffError from None


def ready_in(frame: bytes) -> Ready:
    """Raises BrokenOffError where it is none."""
    try:
        return _ready.decode(frame)
    except (msgspec.MsgspecError, UnicodeError, ValueError):
        raise BrokenOffError from None


def order_in(frame: bytes) -> Order | LabelOrder:
    return _order.decode(frame)


def send(link: socket.socket, frame: bytes, file: int | None = None) -> None:
    """Raises OSError where the other side is gone."""
    head = len(frame).to_bytes(_HEAD)
    if file is None:
        link.sendall(head)
    else:
        socket.send_fds(link, [head], [file])
    link.sendall(frame)


def receive(link: socket.socket) -> tuple[bytes, int | None]:
    """The next frame, and the file that came with it. Raises BrokenOffError at the end, OSError, TimeoutError."""
    head, files, _, _ = socket.recv_fds(link, _HEAD, 1)
    for extra in files[1:]:
        os.close(extra)
    try:
        return _rest(link, head), files[0] if files else None
    except (BrokenOffError, OSError):
        for came in files[:1]:
            os.close(came)
        raise


def _rest(link: socket.socket, head: bytes) -> bytes:
    """The frame of which these first bytes have come."""
    head += _all(link, _HEAD - len(head)) if head else b""
    length = int.from_bytes(head)
    if not head or length > LONGEST:
        raise BrokenOffError
    return _all(link, length)


def _all(link: socket.socket, length: int) -> bytes:
    pieces = []
    while length:
        piece = link.recv(min(length, 1 << 20))
        if not piece:
            raise BrokenOffError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
