"""Compound files (MS-CFB) in little, for tests: streams of one folder, each in sectors of its own."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_FREE, _END, _TABLE, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR = 512
_LARGE = 4_096
"""Shorter streams would be in another place: these are filled up to so many bytes with zeros."""


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams, by their names."""
    contents = [
        content.ljust(max(_LARGE, -(-len(content) // _SECTOR) * _SECTOR), b"\0") for content in streams.values()
    ]
    folder = -(-(len(streams) + 1) // 4)
    table: list[int] = [_TABLE]
    table += [*range(2, folder + 1), _END]
    starts = []
    for content in contents:
        starts.append(len(table))
        table += [*range(len(table) + 1, len(table) + len(content) // _SECTOR), _END]
    entries = [_entry("Root Entry", 5, 1 if streams else _NONE, _END, 0)]
    for number, (name, start) in enumerate(zip(streams, starts, strict=True), 1):
        after = number + 1 if number < len(streams) else _NONE
        entries.append(_entry(name, 2, _NONE, start, len(contents[number - 1]), after))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, _LARGE, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    sectors = struct.pack("<128I", *table, *[_FREE] * (128 - len(table)))
    return head + sectors + b"".join(entries).ljust(folder * _SECTOR, b"\0") + b"".join(contents)


def _entry(name: str, kind: int, child: int, start: int, length: int, after: int = _NONE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, _NONE, after, child)
        + bytes(36)
        + struct.pack("<IQ", start, length)
    )
