"""Files in base 64 within a text, as apps send them in JSON and in fields of forms, and mail and `certutil` write them.

They are told by how they begin, at whichever of the three places of a group of letters that is, so that bytes before a
packed file, which most programs pass over, hide none.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Final

from limen.data.extraction.compound import MARK
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner

_BEGIN: Final = (b"PK\x03\x04", b"\x1f\x8b\x08", b"%PDF-", MARK, b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_FEWEST: Final = 4
"""So many letters tell a beginning: fewer are in any text."""
_SHORTEST: Final = 60
"""A run of fewer letters holds no file of these kinds."""
_ENOUGH: Final = 400
"""Of so many bytes it is told whether a file begins there."""
_RUN: Final = re.compile(rb"(?:[A-Za-z0-9+/_\s]|-(?!----)|\\[nrt/])*")
_BETWEEN: Final = re.compile(rb"\s+|\\[nrt]|\\(?=/)")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def _letters() -> Iterator[tuple[bytes, int, int]]:
    """The letters that each beginning is sure to have, by how many bytes stand before it in its group, and how many
    letters of the group stand before these.
    """
    for begin in _BEGIN:
        for before in range(3):
            first = (before * 8 + 5) // 6
            letters = b64encode(bytes(before) + begin)[first : (before + len(begin)) * 8 // 6]
            if len(letters) >= _FEWEST:
                yield letters, before, first


_LETTERS: Final = {letters: (before, first) for letters, before, first in _letters()}
BEGINS: Final = re.compile(b"|".join(re.escape(one) for one in sorted(_LETTERS, key=len, reverse=True)))
"""Where a file may begin in a text, in the alphabet of base 64 that most use."""
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_BEGINS_URL_SAFE: Final = re.compile(
    b"|".join(re.escape(one.translate(_URL_SAFE)) for one in _LETTERS if one != one.translate(_URL_SAFE))
)


def may_hold_files(text: bytes) -> bool:
    """Whether `files_in` has to look into this text. Never false where it finds something."""
    text = text.replace(b"\0", b"")
    return BEGINS.search(text) is not None or _BEGINS_URL_SAFE.search(text) is not None


def files_in(text: bytes, budget: Budget) -> Iterator[Inner]:
    """The files in a text of any encoding that holds ASCII. Raises UnreadableError where they are too much."""
    if not may_hold_files(text):
        return
    text = text.replace(b"\0", b"").translate(_STANDARD) if b"\0" in text else text
    for pattern in (BEGINS, _BEGINS_URL_SAFE):
        for found in pattern.finditer(text):
            before, first = _LETTERS[found[0].translate(_STANDARD)]
            at = found.start() - first
            if _decoded(text, at, at + _ENOUGH)[before:].startswith(_BEGIN):
                content = _decoded(text, at, len(text))[before:]
                budget.member()
                budget.take(len(content))
                yield Inner("", content)


def _decoded(text: bytes, at: int, until: int) -> bytes:
    run = _RUN.match(text, max(0, at), until)
    if run is None or at < 0:
        return b""
    letters = _BETWEEN.sub(b"", run[0]).translate(_STANDARD)
    if len(letters) < _SHORTEST:
        return b""
    surplus = len(letters) % 4
    return b64decode(letters[: len(letters) - 1] if surplus == 1 else letters + b"=" * (-surplus % 4))
