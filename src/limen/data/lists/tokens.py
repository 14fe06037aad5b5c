"""Words and numbers of a text that comes in pieces: the same, at the same places, however it is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, TypeAlias

Token: TypeAlias = "tuple[int, int, bytes]"  # noqa: S105 - a word of a text
"""From where to where it stands in the text, in bytes, and what it is, folded: one word in any case is one token."""
LONGEST: Final = 256
"""So many bytes without a border are held back; what is longer is taken apart there."""
_TOKEN: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_BORDERS: Final = re.compile(rb"\xe2\x80[\x80-\xbf]|\xc2[\x80-\xbf]|\xef\xbb\xbf")
"""Punctuation and spaces beyond ASCII, such as a no-break space and dashes."""
_BORDER: Final = re.compile(rb"[^0-9A-Za-z\x80-\xff](?=[0-9A-Za-z\x80-\xff]*\Z)")


class Tokens:
    """The tokens of one text: `feed` its pieces in order, then `end` it."""

    def __init__(self) -> None:
        self._held, self._at = b"", 0

    def feed(self, piece: bytes) -> Iterator[Token]:
        """Those that are whole by now."""
        text = self._held + piece
        last = _BORDER.search(text, max(0, len(text) - LONGEST))
        cut = last.end() if last is not None else max(0, len(text) - LONGEST)
        self._held = text[cut:]
        at, self._at = self._at, self._at + cut
        return _of(text[:cut], at)

    def end(self) -> Iterator[Token]:
        """Those that were held back."""
        return _of(self._held, self._at)


def tokens_of(text: bytes) -> list[bytes]:
    """All of a text, without their places."""
    return [token for _, _, token in _of(text, 0)]


def number_of(text: bytes, key: bytes) -> int:
    """A keyed digest as a number of 64 bits; never 0."""
    return int.from_bytes(blake2b(text, key=key, digest_size=8).digest()) or 1


def _of(text: bytes, at: int) -> Iterator[Token]:
    if not text.isascii():
        text = _BORDERS.sub(lambda found: b" " * len(found[0]), text)
    for found in _TOKEN.finditer(text):
        yield at + found.start(), at + found.end(), _folded(found[0])


def _folded(token: bytes) -> bytes:
    return token.lower() if token.isascii() else token.decode("utf-8", "replace").casefold().encode()
