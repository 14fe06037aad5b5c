"""One document, from its bytes to what was found in it: where `Inspected` is made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Final

from limen.data.documents import Inspected, Part, WhyNot
from limen.data.extraction.encoded import may_hold_documents
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget, Limits, carried_in
from limen.data.extraction.locating import Locating, located
from limen.data.extraction.pieces import lines
from limen.data.extraction.plain import LOOK, PIECE, decoded, encoding_of, numbered
from limen.data.extraction.walk import LABELLED, parts_of
from limen.data.extraction.zips import looks_like_zip
from limen.data.labels.model import label_of_word
from limen.data.scanning.text_scanner import TextScanner

MOST_HERE: Final = 1 << 16
"""Plain text up to so many bytes is looked into where it is: it needs no parser."""
_TEXTS: Final = frozenset({"text", "csv"})
_LONGEST_BEGINNING: Final = 200
"""So many bytes, with blanks, what begins a document in base 64 may take."""


def inspect_plain(scanner: TextScanner, data: bytes, name: str) -> Inspected | None:
    """What is in little plain text; None where it is not little, or a program could take it for anything else."""
    encoding = encoding_of(data[:LOOK])
    if len(data) > MOST_HERE or not encoding or looks_like_zip(data):
        return None
    if may_hold_documents(b"".join(decoded([data], encoding))):
        return None
    kinds = kinds_of(data, name)
    if not _TEXTS.issuperset(kinds):
        return None
    parts = parts_of(data, kinds, name, Budget())
    found, where = located(scanner, (one for one in parts if isinstance(one, Part)))
    return Inspected(kinds[0], found, where)


def inspect_bytes(scanner: TextScanner, data: bytes, name: str, limits: Limits) -> Inspected:
    """What is in a document of which all bytes are here."""
    kinds, budget = kinds_of(data, name), Budget(limits)
    inspected = _inspected(scanner, kinds[0], parts_of(data, kinds, name, budget))
    is_in_time = WhyNot.TIMED_OUT not in inspected.why_not
    own = carried_in(data) if is_in_time and not LABELLED.isdisjoint(kinds) else None
    every = [one for one in (own, *budget.carried) if one is not None]
    words = [label for one in every for word in one.words if (label := label_of_word(word)) is not None]
    return replace(inspected, label=max(words, default=None), carried=own, inside=tuple(budget.carried))


def inspect_open(scanner: TextScanner, file: int, length: int, name: str, limits: Limits) -> Inspected:
    """What is in a file that is open, by its descriptor. Text is read piece by piece, however long it is."""
    if length <= limits.most_bytes:
        return inspect_bytes(scanner, read_open(file, length), name, limits)
    start = os.pread(file, LOOK, 0)
    encoding = encoding_of(start)
    kinds = kinds_of(start, name)
    if not encoding or not _TEXTS.issuperset(kinds):
        return Inspected(kinds[0], why_not=frozenset({WhyNot.TOO_LARGE}))
    return _inspected(scanner, kinds[0], _long_text(file, length, name, encoding))


def _long_text(file: int, length: int, name: str, encoding: str) -> Iterator[Part | WhyNot]:
    """Text that is too long to be anything else; where there is other than text in it, that is said."""
    yield from lines("name", [name])
    is_text = True
    pieces = takewhile(bool, (os.pread(file, PIECE, at) for at in range(0, length, PIECE)))

    def watched(pieces: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal is_text
        for piece in pieces:
            is_text = is_text and (encoding != "utf-8" or b"\0" not in piece)
            yield piece

    before, holds_more = b"", False
    for part in numbered(decoded(watched(pieces), encoding)):
        yield part
        holds_more = holds_more or may_hold_documents(before + part.text)
        before = part.text[-_LONGEST_BEGINNING:]
    if holds_more or not is_text:
        yield WhyNot.TOO_LARGE


def _inspected(scanner: TextScanner, kind: str, parts: Iterator[Part | WhyNot]) -> Inspected:
    why_not: set[WhyNot] = set()
    with Locating(scanner) as locating:
        for one in parts:
            if isinstance(one, WhyNot):
                why_not.add(one)
            else:
                locating.add(one)
        found, where = locating.end()
    return Inspected(kind, found, where, why_not=frozenset(why_not))


def read_open(file: int, length: int) -> bytes:
    """All of it, mostly at once: pieces that are joined are there twice."""
    whole = os.pread(file, length, 0)
    while len(whole) < length and (piece := os.pread(file, length - len(whole), len(whole))):
        whole += piece
    return whole
