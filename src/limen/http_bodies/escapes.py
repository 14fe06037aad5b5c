"""The escapes of JSON (RFC 8259 section 7) and of forms (WHATWG URL, application/x-www-form-urlencoded), undone in a
text as it comes. Nothing is parsed, so that it matters to nobody whether a text is well-formed, or how deep it is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

_JSON_ESCAPE: Final = re.compile(rb"\\(?:u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)", re.DOTALL)
_FIRST_HALF: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}")
_ESCAPE: Final = 6
_PLAIN: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclass(frozen=True, slots=True)
class Notation:
    """A way to write text: the bytes of which none is in a text without escapes, how they are undone, and how many
    bytes at the end of a piece may be the beginning of one.
    """

    marks: tuple[bytes, ...]
    undo: Callable[[bytes], bytes]
    unfinished: Callable[[bytes], int]


class Undoing:
    """A text of one notation as it comes, in UTF-8 or any of the encodings of Unicode that `encoding` names."""

    def __init__(self, notation: Notation, encoding: str = "utf-8") -> None:
        self._notation = notation
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        self._waiting = b""
        self.differs = self._decoder is not None
        """Whether it reads otherwise than it is written, so far."""

    def feed(self, piece: bytes, *, is_last: bool = False) -> bytes:
        """What the next piece reads as; its end may wait for the one behind it."""
        if self._decoder is not None:
            piece = self._decoder.decode(piece, final=is_last).encode("utf-8", "replace")
        text = self._waiting + piece
        if not any(mark in text for mark in self._notation.marks):
            self._waiting = b""
            return text
        self.differs = True
        until = len(text) if is_last else len(text) - self._notation.unfinished(text)
        self._waiting = text[until:]
        return self._notation.undo(text[:until])


def _of_json(text: bytes) -> bytes:
    return _JSON_ESCAPE.sub(_escape, text)


def _escape(escape: re.Match[bytes]) -> bytes:
    said = escape[0]
    if said[1:2] == b"u" and len(said) > 2:
        return said.decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return _PLAIN.get(said[1:], said[1:])


def _unfinished_in_json(text: bytes) -> int:
    """An escape that is cut, and the first half of a pair (RFC 8259 section 7) together with what follows it."""
    last = text.rfind(b"\\", max(0, len(text) - _ESCAPE))
    if last < 0 or not _begins_escape(text, last):
        return 0
    begin = last
    if _is_first_half(text[last - _ESCAPE : last]) and _begins_escape(text, last - _ESCAPE):
        begin = last - _ESCAPE
    escape = text[last:]
    is_whole = len(escape) > 1 and (escape[1:2] != b"u" or len(escape) == _ESCAPE)
    return 0 if is_whole and not _is_first_half(escape) else len(text) - begin


def _is_first_half(escape: bytes) -> bool:
    return _FIRST_HALF.fullmatch(escape) is not None


def _begins_escape(text: bytes, at: int) -> bool:
    """Whether the backslash there is none that another escapes."""
    before = text[:at]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 0


def _of_a_form(text: bytes) -> bytes:
    return unquote_to_bytes(text.translate(_PARTED))


def _unfinished_in_a_form(text: bytes) -> int:
    at = text.rfind(b"%", max(0, len(text) - 2))
    return len(text) - at if at >= 0 else 0


_PARTED: Final = bytes.maketrans(b"+&;", b" \n\n")

JSON: Final = Notation((b"\\",), _of_json, _unfinished_in_json)
FORM: Final = Notation((b"%", b"+", b"&"), _of_a_form, _unfinished_in_a_form)
