"""What stands in a ZIP file beside its members: remarks, free fields of headers, and what belongs to none of them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from limen.data.documents import Part
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece
from limen.data.extraction.plain import read_runs
from limen.data.extraction.zips import Member

_LOCAL, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_HEADER: Final = re.compile(rb"PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06)")
_FREE: Final = {_LOCAL: (30, struct.Struct("<26x2H")), _ENTRY: (46, struct.Struct("<28x3H"))}
"""How long the head of a header is, and where in it the lengths of what is behind it stand: a name, and free fields."""
_END_LENGTH: Final = 22
_LONGEST_FILLING: Final = 32
"""Lengths that follow the data of a member take up to 24 bytes, and some fill up to an even place."""


def beside_members(data: bytes, members: Sequence[Member], budget: Budget) -> Iterator[Piece]:
    """All that is not the data of a member. What lies before the first header is another document, and read as that."""
    names = {one.name for one in members}
    told: list[bytes] = []
    for begin, end in _between(data, members):
        first = _next_header(data, begin, end)
        if begin and first - begin > _LONGEST_FILLING:
            yield Inner("between the files", data[begin:first], is_part=True)
        told += _free_fields(data, first, end, names)
    for one in read_runs(b"\n".join(told), budget):
        yield Part("names of files", one.text) if isinstance(one, Part) else one
    behind = data.rfind(_END) + _END_LENGTH
    if behind >= _END_LENGTH and len(data) - behind > _LONGEST_FILLING:
        yield Inner("behind the files", data[behind:], is_part=True)


def _next_header(data: bytes, begin: int, end: int) -> int:
    found = _HEADER.search(data, begin, end)
    return found.start() if found is not None else end


def _free_fields(data: bytes, at: int, end: int, names: set[str]) -> Iterator[bytes]:
    """What headers hold besides numbers, and names that are not read elsewhere."""
    while at < end:
        head, lengths = _FREE.get(data[at : at + 4], (0, None))
        if lengths is None or at + head > end:
            after = _next_header(data, at + 1, end)
            yield data[at:after]
            at = after
            continue
        name, *free = lengths.unpack_from(data, at)
        written = data[at + head : at + head + name]
        if written.decode("utf-8", "replace") not in names:
            yield written
        at += head + name
        yield data[at : at + sum(free)]
        at += sum(free)


def _between(data: bytes, members: Sequence[Member]) -> Iterator[tuple[int, int]]:
    """From where to where nothing is the data of a member."""
    at = 0
    for start, end in sorted((one.start, one.start + one.packed) for one in members if not one.is_doubtful):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < len(data):
        yield at, len(data)
