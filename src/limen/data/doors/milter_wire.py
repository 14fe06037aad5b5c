"""The milter protocol, version 6, as mail servers speak it: packets, what is agreed on first, and what is answered.

There is no standard; Sendmail's `mfdef.h` and Postfix's `MILTER_README` say what is sent. Each packet has its length
(4 bytes), a letter, and what belongs to it; texts end with a zero byte.
"""

from __future__ import annotations

import struct
from asyncio import StreamReader
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

VERSION: Final = 6
LARGEST_PACKET: Final = 1 << 18
"""Bytes; Postfix sends bodies in pieces of 64 KiB, and headers of 100 KiB at most."""


class MilterError(Exception):
    """What came is no packet of this protocol."""


class Can(IntFlag):
    """What a filter may do to a message."""

    ADD_HEADERS = 0x01
    CHANGE_HEADERS = 0x10
    QUARANTINE = 0x20


class Leave(IntFlag):
    """What a mail server need not send, or need not wait to be answered."""

    OUT_HELO = 0x02
    OUT_UNKNOWN = 0x100
    OUT_DATA = 0x200
    HEADER_UNANSWERED = 0x80
    CONNECT_UNANSWERED = 0x1000
    MAIL_UNANSWERED = 0x4000
    RCPT_UNANSWERED = 0x8000
    END_OF_HEADERS_UNANSWERED = 0x40000
    BODY_UNANSWERED = 0x80000
    SPACE_OF_HEADERS = 0x100000
    """Headers come with the space behind their colon, so that the message is as it was written."""


WANTED: Final = Can.ADD_HEADERS | Can.CHANGE_HEADERS | Can.QUARANTINE
SPARED: Final = Leave(sum(Leave))
"""Everything that this filter can do without, and nothing else: never the recipients, headers or body themselves."""
_UNANSWERED: Final = {
    b"C": Leave.CONNECT_UNANSWERED,
    b"M": Leave.MAIL_UNANSWERED,
    b"R": Leave.RCPT_UNANSWERED,
    b"L": Leave.HEADER_UNANSWERED,
    b"N": Leave.END_OF_HEADERS_UNANSWERED,
    b"B": Leave.BODY_UNANSWERED,
}
_NEVER_ANSWERED: Final = b"DAQK"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a mail server and this filter agreed on."""

    can: Can
    leaves: Leave

    @classmethod
    def on(cls, offered: bytes) -> Agreed:
        """What is agreed on by what a mail server offers. Raises MilterError where it is too old."""
        if len(offered) < 12:
            raise MilterError
        version, can, leaves = struct.unpack("!III", offered[:12])
        if version < 2:
            raise MilterError
        return cls(Can(can & WANTED), Leave(leaves & SPARED))

    def packet(self) -> bytes:
        return packet(b"O", struct.pack("!III", VERSION, self.can, self.leaves))

    def is_answered(self, command: bytes) -> bool:
        """Whether the mail server waits for an answer to this."""
        return command not in _NEVER_ANSWERED and not self.leaves & _UNANSWERED.get(command, Leave(0))


def packet(command: bytes, data: bytes = b"") -> bytes:
    return struct.pack("!I", len(data) + 1) + command + data


async def read_packet(reader: StreamReader) -> tuple[bytes, bytes]:
    """The next packet's letter and data. Raises MilterError, and IncompleteReadError where the connection ended."""
    (size,) = struct.unpack("!I", await reader.readexactly(4))
    if not 1 <= size <= LARGEST_PACKET:
        raise MilterError
    whole = await reader.readexactly(size)
    return whole[:1], whole[1:]


def texts(data: bytes) -> list[bytes]:
    """Texts that each end with a zero byte."""
    if data and not data.endswith(b"\0"):
        raise MilterError
    return data.split(b"\0")[:-1]


def address_in(data: bytes) -> str:
    """The address of whoever connected to the mail server: behind their name, the kind of address and the port; "" for
    none.
    """
    said = data.partition(b"\0")[2]
    return said[3:].rstrip(b"\0").decode("latin-1")[:64] if said[:1] in {b"4", b"6"} else ""


# What is answered

CONTINUE: Final = packet(b"c")


def reply(text: str) -> bytes:
    """`550 5.7.1 …` in place of the mail server's own answer. On one line (RFC 5321 section 4.5.3.1.5), ASCII, and
    without what the protocol would take for its own.
    """
    plain = " ".join(text.encode("ascii", "replace").decode().replace("%", "").split())
    return packet(b"y", plain[:500].encode() + b"\0")


def quarantine(why: str) -> bytes:
    """Keep the message: Postfix puts it on hold."""
    return packet(b"q", " ".join(why.encode("ascii", "replace").decode().split())[:500].encode() + b"\0")


def add_header(name: str, value: str) -> bytes:
    return packet(b"h", f"{name}\0 {value}\0".encode("ascii", "replace"))


def change_header(name: str, value: str, number: int = 1) -> bytes:
    """The header of this name, the first or another; "" takes it away."""
    text = f" {value}" if value else ""
    return packet(b"m", struct.pack("!I", number) + f"{name}\0{text}\0".encode("ascii", "replace"))
