"""A text as it comes, undone: in pieces, in time and memory that grow no faster than it."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from limen.data.normalising.decoding import RUN, decoded_text
from limen.data.normalising.folding import folded
from limen.data.normalising.origins import Origins

DEEPEST: Final = 3
"""So often what was decoded is decoded again."""
_LONGEST_RUN: Final = 1 << 16
"""A longer run of base 64 is decoded in parts."""
_PLUS: Final = re.compile(rb"(?<=\d)\+(?=\d)")
"""A space within a number, as forms are sent."""
_TOKEN: Final = re.compile(
    # What begins nothing is passed by quickly: of ordinary text that is nearly all.
    rb"(?=[A-Za-z0-9+/_-]{%d})"
    rb"(?P<encoded>(?:[A-Za-z0-9+/]{60,76}\r?\n){1,900}[A-Za-z0-9+/]{2,76}={0,2}|[A-Za-z0-9+/_-]{%d,}={0,2})"
    % (RUN, RUN)
    + rb"|(?=[%&\\+\x00\xc2-\xf4])(?:"
    rb"(?P<percent>(?:%[0-9A-Fa-f]{2}){1,64})"
    rb"|(?P<entity>(?:&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,8});){1,64})"
    rb"|(?P<escape>(?:\\u[0-9a-fA-F]{4}){1,64})"
    rb"|(?P<letter>\\{1,8}[nrtbf/\"'])"
    rb"|(?P<plus>(?<=\d)\+(?=\d))"
    rb"|(?P<zero>\x00{1,3})"  # beside each letter in UTF-16
    rb"|(?P<beyond>(?:[\xc2-\xf4][\x80-\xbf]{1,3}){1,64})"
    rb")"
)
_UNFINISHED: Final = re.compile(
    rb"(?:%[0-9A-Fa-f]?|&#?[A-Za-z0-9]{0,8}|\\{1,8}(?:u[0-9a-fA-F]{0,3})?|\d\+|[\xc2-\xf4][\x80-\xbf]{0,2})\Z"
)
_LONGEST_UNFINISHED: Final = 10
_MOST_BEFORE: Final = 8
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b" ", b"f": b" "}
"""What letters behind backslashes stand for in JSON and in programs; JSON within JSON has two, and so on."""
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-=\r\n"


class Undoing:
    """Undoes a text piece by piece; `origins` tells where in it what was undone stood."""

    def __init__(self, begin: int = 0) -> None:
        self.origins = Origins(begin)
        self._waiting, self._was_cut = b"", False

    def feed(self, piece: bytes) -> bytes:
        """What the next piece, with what waited for it, reads as; its end may wait for the one behind it."""
        text = self._waiting + piece
        run = len(text) - len(text.rstrip(_ALPHABET))
        until = len(text) - run
        if run:  # what stands before it may belong to it
            before = text[max(0, until - _MOST_BEFORE) : until]
            until -= len(before) - len(before.rstrip(b"\\&#%"))
        is_cut = run > _LONGEST_RUN
        if is_cut:  # the part that goes has whole groups of four letters, and what stays is a run as well
            until += (run - 2 * RUN) // 4 * 4
        else:
            unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
            until = min(until, unfinished.start() if unfinished else until)
        self._waiting = text[until:]
        return self._undone(text[:until], is_cut=is_cut)

    def end(self) -> bytes:
        """What waited for a piece that does not come."""
        waiting, self._waiting = self._waiting, b""
        return self._undone(waiting)

    def _undone(self, text: bytes, *, is_cut: bool = False) -> bytes:
        if not text:
            return text
        parts, at = [], 0
        for token in _TOKEN.finditer(text):
            reads = _read(token)
            if reads == token[0]:
                continue
            if self._was_cut and token.start() == 0:
                reads = reads.removeprefix(b"\n")
            if is_cut and token.end() == len(text):
                reads = reads.removesuffix(b"\n")
            parts += [text[at : token.start()], reads]
            self.origins.add(token.start() - at, token.start() - at)
            self.origins.add(len(token[0]), len(reads))
            at = token.end()
        self._was_cut = is_cut
        parts.append(text[at:])
        self.origins.add(len(text) - at, len(text) - at)
        return b"".join(parts)


def undone(text: bytes, depth: int = DEEPEST) -> bytes:
    """What a whole text reads as."""
    return _TOKEN.sub(lambda token: _read(token, depth), text)


def _read(token: re.Match[bytes], depth: int = DEEPEST) -> bytes:
    """What one token reads as."""
    kind, text = token.lastgroup, token[0]
    if kind == "encoded":
        found = decoded_text(text)
        if found is None or depth == 0:
            return _PLUS.sub(b" ", text)
        return text[: found[0]] + b"\n" + undone(found[1], depth - 1) + b"\n"
    if kind == "percent":
        return _folded_beyond(unquote_to_bytes(text))
    if kind == "entity":
        return _folded_beyond(html.unescape(text.decode()).encode("utf-8", "replace"))
    if kind == "escape":
        return _folded_beyond(text.decode("unicode_escape").encode("utf-8", "replace"))
    if kind == "letter":
        return _LETTERS.get(text[-1:], text[-1:])
    if kind == "zero":
        return b""
    return b" " if kind == "plus" else folded(text)


def _folded_beyond(text: bytes) -> bytes:
    return text if text.isascii() else folded(text)
