"""Rich Text Format 1.9.1: its text, what is hidden or deleted in it, and objects that are embedded."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, lines, part

_TOKEN: Final = re.compile(
    rb"\\bin(\d{1,9}) ?|\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_MOST_NESTED: Final = 1_000
_FLUSH: Final = 1 << 16
_BREAKS: Final = {b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"cell": " ", b"tab": " "}
_QUOTES: Final = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”"}
_ASIDE: Final = {
    b"header": "header", b"headerl": "header", b"headerr": "header", b"headerf": "header",
    b"footer": "footer", b"footerl": "footer", b"footerr": "footer", b"footerf": "footer",
    b"footnote": "footnotes", b"annotation": "comments", b"info": "document properties", b"fldinst": "fields",
    b"fonttbl": "fonts", b"stylesheet": "styles", b"colortbl": "colours", b"listtable": "lists",
}  # fmt: skip
_OF_ENTRIES: Final = frozenset({"document properties", "fonts", "styles", "colours", "lists"})
"""Each group in these is an entry of its own."""
_OF_RUNS: Final = frozenset({"", "hidden text", "deleted text"})
"""Groups of these follow each other within a word."""
_OBJECTS: Final = frozenset({b"objdata", b"pict"})
_SYMBOLS: Final = {b"~": "\N{NO-BREAK SPACE}", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}


@dataclass(frozen=True, slots=True)
class _Group:
    r"""What holds within a group: where its text goes, whether it is shown, and how many characters follow a `\\u`."""

    where: str = ""
    is_hidden: bool = False
    is_object: bool = False
    replaced: int = 1


class _Reading:
    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._groups = [_Group()]
        self._texts: list[str] = []
        self._length, self._has_text = 0, False
        self._aside: dict[str, list[str]] = {}
        self._objects: list[list[bytes]] = []
        self._skip = 0
        self._encoding = "cp1252"

    def read(self, data: bytes) -> Iterator[Piece]:
        at = 0
        while at < len(data) and (match := _TOKEN.match(data, at)):
            at = match.end()
            binary, word, number, hexadecimal, symbol, brace, text = match.groups()
            if binary is not None:
                yield Inner("", data[at : at + int(binary)])
                at += int(binary)
            elif brace is not None:
                self._brace(brace)
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif hexadecimal is not None:
                self._write(bytes.fromhex(hexadecimal.decode()).decode(self._encoding, "replace"))
            elif symbol is not None:
                self._symbol(symbol)
            elif text is not None:
                self._text(text)
            if self._length > _FLUSH:
                yield from self._flushed()
        yield from self._rest()
        if len(self._groups) > 1:
            yield WhyNot.BROKEN

    def _rest(self) -> Iterator[Piece]:
        """What is left of the text, and what stands aside, which is no part of its last word."""
        if self._has_text:
            self._texts.append("\n")
        yield from self._flushed()
        for where, texts in self._aside.items():
            yield from lines(where, ["".join(texts).rstrip("\n")])
        for pieces in self._objects:
            yield from _embedded(b"".join(pieces))

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            if len(self._groups) >= _MOST_NESTED:
                raise UnreadableError(WhyNot.TOO_DEEP)
            self._groups.append(self._groups[-1])
        elif len(self._groups) > 1:
            closed, around = self._groups.pop().where, self._groups[-1].where
            if closed in _OF_ENTRIES or (closed != around and closed not in _OF_RUNS):
                self._aside.setdefault(closed, []).append("\n")

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._groups[-1]
        if word == b"u" and number is not None:
            self._write(chr(number % 0x10000))
            self._skip = group.replaced
        elif word == b"uc" and number is not None:
            self._groups[-1] = replace(group, replaced=max(0, min(number, 10)))
        elif word in {b"v", b"deleted"}:
            where = ("hidden text" if word == b"v" else "deleted text") if number != 0 else ""
            self._groups[-1] = replace(group, where=where, is_hidden=number != 0)
        elif word == b"plain" and group.is_hidden:
            self._groups[-1] = replace(group, where="", is_hidden=False)
        elif word in _OBJECTS:
            self._objects.append([])
            self._groups[-1] = replace(group, is_object=True)
        elif word in _ASIDE:
            self._groups[-1] = replace(group, where=_ASIDE[word])
        elif word in _BREAKS or word in _QUOTES:
            self._write(_BREAKS.get(word) or _QUOTES[word])
        elif word == b"ansicpg" and number is not None and number in range(1250, 1259):
            self._encoding = f"cp{number}"

    def _symbol(self, symbol: bytes) -> None:
        if symbol in _SYMBOLS:
            self._write(_SYMBOLS[symbol])
        elif symbol == b"*" and not self._groups[-1].where:
            self._groups[-1] = replace(self._groups[-1], where="not shown")

    def _text(self, text: bytes) -> None:
        if self._groups[-1].is_object and self._objects:
            self._budget.tick()
            self._objects[-1].append(text)
            return
        self._write(text.decode(self._encoding, "replace"))

    def _write(self, text: str) -> None:
        if self._skip and text:
            skipped = min(self._skip, len(text))
            self._skip -= skipped
            text = text[skipped:]
        self._budget.tick()
        if where := self._groups[-1].where:
            self._aside.setdefault(where, []).append(text)
        else:
            self._texts.append(text)
            self._length += len(text)
            self._has_text = True

    def _flushed(self) -> Iterator[Piece]:
        if text := "".join(self._texts):
            self._budget.take(len(text))
            yield part("text", text)
        self._texts.clear()
        self._length = 0


def read_rich_text(data: bytes, budget: Budget) -> Iterator[Piece]:
    """RTF."""
    yield from _Reading(budget).read(data)


def _embedded(digits: bytes) -> Iterator[Piece]:
    digits = re.sub(rb"[^0-9a-fA-F]", b"", digits)
    if content := binascii.unhexlify(digits[: len(digits) // 2 * 2]):
        yield Inner("embedded object", content)
