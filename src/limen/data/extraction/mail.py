"""Mail (RFC 5322, MIME): its headers, each text in it, and each attachment as a document of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.generator import BytesGenerator
from email.header import decode_header
from email.message import Message
from email.parser import BytesFeedParser
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.mail_contents import contents_of, decoded_by, encoding_said, is_unclear
from limen.data.extraction.pieces import Inner, Piece, lines

_FIELD: Final = re.compile(
    rb"(?im)^(from|to|cc|subject|date|message-id|received|return-path|mime-version|content-type):"
)
_FIRST_LINE: Final = re.compile(rb"(?:From [^\r\n]+\r?\n)?[!-9;-~]{1,200}:")
_HEAD_ENDS: Final = re.compile(rb"\n\r?\n")
_LONGEST_HEAD: Final = 1 << 20
_SAYS_WHAT_IT_HOLDS: Final = re.compile(rb"(?im)^content-(?:type|transfer-encoding|disposition)[ \t]*:")
_MOST_HEADERS: Final = 1_000
_SURE: Final = 2
_FED: Final = 1 << 16
"""So many bytes the parser is given at once: of a whole mail it makes six copies."""
_BEGINS_MAILBOX: Final = b"From "
_MAILBOX: Final = re.compile(rb"(?m)^From [^\r\n]+\r?\n(?=[!-9;-~]{1,76}:[ \t])")


def looks_like_mail(start: bytes) -> bool:
    """Whether these first bytes are the headers of a mail: at least two of those that every mail has."""
    return len({one.lower() for one in _FIELD.findall(_head(start))}) >= _SURE


def may_be_mail(data: bytes) -> bool:
    """Whether a program may read it as a mail: its head, however long, says how to read what follows."""
    head = _head(data)
    return looks_like_mail(head) or _SAYS_WHAT_IT_HOLDS.search(head) is not None


def _head(data: bytes) -> bytes:
    """The headers with which it begins; b"" where its first line is none."""
    start = data[:_LONGEST_HEAD].lstrip()
    return _HEAD_ENDS.split(start, maxsplit=1)[0] if _FIRST_LINE.match(start) else b""


def read_mail(data: bytes, budget: Budget) -> Iterator[Piece]:
    """One mail, or a mailbox of many.

    A program that knows no mailboxes takes one for a mail. So a first mail that has parts is read to the end, too.
    """
    data = data.lstrip()
    starts = [match.start() for match in _MAILBOX.finditer(data)] if data.startswith(_BEGINS_MAILBOX) else []
    if len(starts) > 1:
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
            budget.member()
            yield Inner(f"message {number}", data[start:end])
        if not _SAYS_WHAT_IT_HOLDS.search(_head(data)):
            return
    yield from _message(data, budget)


def _message(data: bytes, budget: Budget) -> Iterator[Piece]:
    message = _parsed(data)
    if _is_unclear(message, data):
        yield WhyNot.BROKEN
    yield from lines("headers", [f"{name}: {_decoded(str(value))}" for name, value in message.items()[:_MOST_HEADERS]])
    for one in message.walk():
        budget.member()
        if len(one.values()) > _MOST_HEADERS:
            yield WhyNot.TOO_MANY
        yield from lines("between the parts", [one.preamble or "", one.epilogue or ""])
        if one is not message:
            yield from lines("headers", [_decoded(str(value)) for value in one.values()[:_MOST_HEADERS]])
        if not one.is_multipart():
            yield from contents_of(one, _name(one), budget)
        elif one.get_content_maintype() == "message" and is_unclear(one):
            yield from _encoded_message(one, budget)


def _parsed(data: bytes) -> Message:
    parser = BytesFeedParser(policy=policy.compat32)
    for at in range(0, len(data), _FED):
        parser.feed(data[at : at + _FED])
    return parser.close()


def _is_unclear(message: Message, data: bytes) -> bool:
    """Whether programs may find other parts in it. Where no line says what it holds, all is text to everybody."""
    if not _SAYS_WHAT_IT_HOLDS.search(data):
        return False
    has_odd_ends = b"\n" in data and data.count(b"\r") > data.count(b"\r\n")  # an end of a line to some alone
    return has_odd_ends or any(is_unclear(one) for one in message.walk() if one.is_multipart() or one is message)


def _encoded_message(one: Message, budget: Budget) -> Iterator[Piece]:
    """A mail in a mail that is encoded, which it must not be (RFC 2046, 5.2.1): the parser does not decode it."""
    for within in one.walk():
        if within is not one:
            budget.member()
            written = io.BytesIO()
            BytesGenerator(written, mangle_from_=False, maxheaderlen=0).flatten(within)
            yield Inner("message.eml", decoded_by(encoding_said(one), written.getvalue()), is_part=True)
            return


def _name(one: Message) -> str:
    try:
        return _decoded(str(one.get_filename() or ""))
    except (ValueError, LookupError, TypeError):  # names in pieces (RFC 2231) that don't fit each other
        return "attachment"


def _decoded(value: str) -> str:
    """A header with its encoded words (RFC 2047) read; as it stands where they are none."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_word(text, charset) for text, charset in pieces)


def _word(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return text.decode("cp1252", "replace")
