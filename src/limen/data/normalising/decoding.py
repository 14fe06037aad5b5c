"""Base 64, where it holds text. RFC 4648, both alphabets, with or without padding."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

RUN: Final = 22
"""A shorter run of letters and digits is not taken for base 64: it holds no number of a card, nor a key."""
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_NO_TEXT: Final = bytes(code for code in range(256) if not (32 <= code < 127 or code in b"\t\n\r"))
_MOSTLY: Final = 0.8
"""What stands before a run, and is of its alphabet as well, decodes to a few bytes of anything."""
_LOOK: Final = 96
_SOME_TEXT: Final = re.compile(rb"[\t\n\r -~]{16}|(?:[\t\n\r -~]\x00){12}|(?:\x00[\t\n\r -~]){12}")
"""As long as the number of a card; so much is hardly ever text by chance."""


def decoded_text(run: bytes) -> tuple[int, bytes] | None:
    """The text in a run of base 64, and behind how many of its letters it begins; None where there is none.

    What stands before it may be of its alphabet as well (`key/…`), so that it can begin behind up to three letters.
    """
    letters = run.translate(None, b"\r\n=")
    for shift in range(4):
        holds = decoded(letters[shift:])
        if holds_text(holds):
            return shift, holds
    return None


def decoded(run: bytes) -> bytes:
    """What a run of base 64 holds."""
    letters = run.translate(_STANDARD, b"\r\n=")
    return b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))


def _rest(letters: bytes) -> bytes:
    """The last two or three letters with their padding; a single one holds nothing."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) >= 2 else b""


def holds_text(decoded: bytes) -> bool:
    """Whether it begins as text, or some stands behind whatever else is in it."""
    return _is_text(decoded[:_LOOK]) or has_a_text(decoded)


def has_a_text(decoded: bytes) -> bool:
    """Whether anything in it is text for as long as the number of a card."""
    return _SOME_TEXT.search(decoded) is not None


def _is_text(decoded: bytes) -> bool:
    """Nearly all of it is ASCII that is written, or is, with a zero beside each letter, in UTF-16."""
    plain = decoded.replace(b"\0", b"")
    is_wide = abs(len(decoded) - 2 * len(plain)) <= 2
    if len(plain) < len(decoded) and not is_wide:
        return False
    return len(plain) >= 7 and len(plain.translate(None, _NO_TEXT)) >= _MOSTLY * len(plain)
