"""What a part of a mail holds, in each of the ways in which programs may read it.

Mails of which one program makes one thing and the next another are no accident. They are read as Python's parser reads
them and as they stand, and it is said that they are broken.
"""

from __future__ import annotations

import binascii
import io
import quopri
import re
from collections.abc import Iterator
from email.errors import (
    CloseBoundaryNotFoundDefect,
    InvalidBase64PaddingDefect,
    MessageDefect,
)
from email.message import Message
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece, part
from limen.data.extraction.plain import LOOK, encoding_of
from limen.data.extraction.zips import looks_like_zip

_AS_IT_IS: Final = frozenset({"", "7bit", "8bit", "binary"})
_ENCODINGS: Final = _AS_IT_IS | {"base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue"}
_ENCODING: Final = "Content-Transfer-Encoding"
_AS_TEXT: Final = frozenset({"plain", "rfc822-headers"})
"""The head of a mail that could not be delivered has no parts, whatever it says (RFC 6522, 4)."""
_ONCE: Final = ("Content-Type", _ENCODING, "Content-Disposition")
_BOUNDARY: Final = re.compile(r"(?i)(?:^|;)\s*boundary\s*(\*[\d*]*)?\s*=")
_HARMLESS: Final = (CloseBoundaryNotFoundDefect, InvalidBase64PaddingDefect)
"""Everybody reads the same for all that."""
_NO_CHARACTER_SETS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Python has decoders of these names that no mail program has, and that take long."""
_BEYOND_ASCII: Final = bytes(range(128, 256))
_PACKED_LINES: Final = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]*)\r?\n")
_LINE: Final = re.compile(rb"([ -`][ -`]{0,88})[ \t]*\r?\n")
_MOST_PACKED: Final = 1_000
_AT_ONCE: Final = 1 << 20


def is_unclear(one: Message) -> bool:
    """Whether programs may disagree about what this part holds, or where it ends."""
    said = {name: [str(value) for value in one.get_all(name, [])] for name in _ONCE}
    if any(len(values) > 1 for values in said.values()):
        return True
    encoding = encoding_said(one)
    if encoding not in _ENCODINGS or (one.is_multipart() and encoding not in _AS_IT_IS):
        return True
    boundaries = [found[1] for value in said["Content-Type"] for found in _BOUNDARY.finditer(value)]
    return len(boundaries) > 1 or any(boundaries) or one.get_content_type() == "message/partial" or _matter(one.defects)


def _matter(defects: list[MessageDefect]) -> bool:
    return any(not isinstance(defect, _HARMLESS) for defect in defects)


def encoding_said(one: Message) -> str:
    """How the first field says that it is encoded, in small letters, without a comment."""
    return re.sub(r"\([^)]*\)", "", str(one.get(_ENCODING, ""))).strip(" \t\r\n;").lower()


def contents_of(one: Message, name: str, budget: Budget) -> Iterator[Piece]:
    """The content of a part that has no parts. `name` is what its file is called."""
    said = encoding_said(one)
    is_clear = not any(field in one for field in _ONCE) or not is_unclear(one)
    if said in _ENCODINGS and _ENCODING in one:
        one.replace_header(_ENCODING, said)  # the parser takes blanks behind it for a part of it
    known = len(one.defects)
    content = _content(one, said)
    if not isinstance(content, bytes):
        return
    budget.take(len(content))
    if is_clear and not _matter(one.defects[known:]):
        one.set_payload("")  # nobody reads it again, and it is as large as what is made of it
    yield from _as_said(one, name, content)
    if not is_clear or _matter(
        one.defects[known:]
    ):  # whether base 64 is sound, the parser knows when it has decoded it
        yield WhyNot.BROKEN
        yield from _otherwise(one, budget)


def _content(one: Message, said: str) -> object:
    """What is in a part, as the parser decodes it. It makes eight copies of what is in base 64; most of that is written
    as it should be, and needs one.
    """
    written = one.get_payload() if said == "base64" and not one.is_multipart() else None
    if isinstance(written, str) and written.isascii() and (content := _sound_base_64(written)) is not None:
        return content
    return one.get_payload(decode=True)


def _sound_base_64(written: str) -> bytes | None:
    """What base 64 holds that has all its letters and no others (RFC 4648, 4), in lines; None where it is not so."""
    content, rest = io.BytesIO(), b""
    try:
        for at in range(0, len(written), _AT_ONCE):
            letters = rest + written[at : at + _AT_ONCE].encode("ascii").translate(None, b"\r\n")
            whole = max(0, len(letters) - 1) // 4 * 4  # the last group may be filled up
            if b"=" in letters[:whole]:
                return None
            content.write(binascii.a2b_base64(letters[:whole], strict_mode=True))
            rest = letters[whole:]
        content.write(binascii.a2b_base64(rest, strict_mode=True) if rest else b"")
    except binascii.Error:
        return None
    return content.getvalue()


def _as_said(one: Message, name: str, content: bytes) -> Iterator[Piece]:
    if name or one.get_content_maintype() != "text" or not encoding_of(content[:LOOK]) or looks_like_zip(content):
        yield Inner(name or one.get_content_type(), content)
        return
    text = _text(content, one)
    is_read_by_bytes = text.encode("ascii", "ignore") != content.translate(None, _BEYOND_ASCII)
    if one.get_content_subtype() in _AS_TEXT:
        yield part("text", text + "\n")
    else:
        yield Inner("text", text.encode("utf-8", "replace"))
    if is_read_by_bytes:  # a program that does not know its character set
        yield Inner("text", content)
    yield from _packed_lines(content)


def _text(content: bytes, one: Message) -> str:
    """A text in the character set that it is said to have, where there is one and it fits."""
    said = one.get_content_charset() or "utf-8"
    try:
        return content.decode("cp1252" if said.replace("-", "_") in _NO_CHARACTER_SETS else said)
    except (LookupError, UnicodeError):
        return content.decode("cp1252", "replace")


def _otherwise(one: Message, budget: Budget) -> Iterator[Piece]:
    """The same by other programs; as it stands, all of the mail is read in any case."""
    written = one.get_payload()
    raw = written.encode("utf-8", "surrogateescape") if isinstance(written, str) else b""
    every = [decoded_by("quoted-printable", raw), decoded_by("base64", raw)]
    types = [str(value) for value in one.get_all("Content-Type", [])]
    every += [f"Content-Type: {value}\r\n\r\n".encode("utf-8", "replace") + raw for value in types[1:]]
    for content in every:
        budget.member()
        budget.take(len(content))
        yield Inner("read otherwise", content, is_part=True)


def decoded_by(encoding: str, raw: bytes) -> bytes:
    """What is encoded so, whatever else stands in it; of base 64 also what stands behind a first end."""
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    return b"".join(_base_64(one) for one in re.split(rb"=+", raw)) if encoding == "base64" else raw


def _base_64(run: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", run)
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _rest(letters))


def _rest(letters: bytes) -> bytes:
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _packed_lines(content: bytes) -> Iterator[Piece]:
    """Files within a text by uuencode (POSIX), which some programs show as attached."""
    at = 0
    for _ in range(_MOST_PACKED):
        begin = _PACKED_LINES.search(content, at)
        if begin is None:
            return
        at, lines = begin.end(), []
        while (line := _LINE.match(content, at)) and not content.startswith(b"end", at):
            lines.append(_of_line(line[1]))
            at = line.end()
        if lines:
            yield Inner(begin[1].decode("utf-8", "replace"), b"".join(lines))
    yield WhyNot.TOO_MANY


def _of_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # with more behind it than its length says
        try:
            return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
        except binascii.Error:
            return b""
