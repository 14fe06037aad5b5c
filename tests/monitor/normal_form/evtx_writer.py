"""Writes small `.evtx` files as Windows does (format: libyal, *Windows XML Event Log*): one chunk, no substitutions."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from zlib import crc32

Element = tuple[str, Mapping[str, str], "str | list[Element]"]
HEADER, CHUNK, FIRST = 4096, 65536, 512
FRAGMENT = b"\x0f\x01\x01\x00"
FILETIME = 134_302_449_302_500_000
"""2026-11-27 09:15:30.25 UTC."""


def event(number: int, event_id: int, channel: str, data: Mapping[str, str]) -> Element:
    """An event as Windows logs one, on the computer wren."""
    system: list[Element] = [
        ("Provider", {"Name": "Microsoft-Windows-Security-Auditing"}, ""),
        ("EventID", {}, str(event_id)),
        ("TimeCreated", {"SystemTime": "2026-11-27T09:15:30.250000Z"}, ""),
        ("EventRecordID", {}, str(number)),
        ("Channel", {}, channel),
        ("Computer", {}, "wren.harbor.example"),
    ]
    values: list[Element] = [("Data", {"Name": name}, value) for name, value in data.items()]
    return ("Event", {}, [("System", {}, system), ("EventData", {}, values)])


def evtx(events: list[Element]) -> bytes:
    """A whole file."""
    body = b""
    last = FIRST
    for number, one in enumerate(events, start=1):
        last = FIRST + len(body)
        xml = _instance(one, last + 24)
        size = 24 + len(xml) + 4
        body += struct.pack("<IIQQ", 0x2A2A, size, number, FILETIME) + xml + struct.pack("<I", size)
    count = len(events)
    chunk = b"ElfChnk\0" + struct.pack("<QQQQIIII", 1, count, 1, count, 128, last, FIRST + len(body), crc32(body))
    chunk = chunk.ljust(120, b"\0")
    tables = b"\0" * (FIRST - 128)
    chunk += struct.pack("<II", 0, crc32(chunk + tables)) + tables
    head = b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 0, count + 1, 128, 1, 3, HEADER, 1)
    head = head.ljust(120, b"\0")
    head += struct.pack("<II", 0, crc32(head))
    return head.ljust(HEADER, b"\0") + (chunk + body).ljust(CHUNK, b"\0")


def _instance(element: Element, at: int) -> bytes:
    """An event as Windows writes it: an instance of a template, which stands there itself, without substitutions."""
    where = at + len(FRAGMENT) + 10
    inside = FRAGMENT + _element(element, where + 24 + len(FRAGMENT)) + b"\x00"
    template = struct.pack("<I16sI", 0, b"harbor".ljust(16), len(inside)) + inside
    return FRAGMENT + b"\x0c\x01" + struct.pack("<II", 7, where) + template + struct.pack("<I", 0) + b"\x00"


def _element(element: Element, at: int) -> bytes:
    """An element's binary XML, as it stands `at` in its chunk: names are told by where they stand."""
    name, attributes, inside = element
    head = 1 + 2 + 4 + 4
    written = _name(name, at + head)
    if attributes:
        listed = b""
        start = at + head + len(written) + 4
        for key, value in attributes.items():
            where = start + len(listed)
            listed += b"\x06" + struct.pack("<I", where + 5) + _name(key, where + 5) + _text(value)
        written += struct.pack("<I", len(listed)) + listed
    written += b"\x02"
    if isinstance(inside, str):
        written += _text(inside) if inside else b""
    else:
        for child in inside:
            written += _element(child, at + head + len(written))
    written += b"\x04"
    token = b"\x41" if attributes else b"\x01"
    return token + struct.pack("<HII", 0xFFFF, 4 + len(written), at + head) + written


def _name(name: str, at: int) -> bytes:
    assert at
    code = 0
    for one in name:
        code = (code * 65_599 + ord(one)) & 0xFFFFFFFF
    return struct.pack("<IHH", 0, code & 0xFFFF, len(name)) + name.encode("utf-16-le") + b"\0\0"


def _text(value: str) -> bytes:
    return b"\x05\x01" + struct.pack("<H", len(value)) + value.encode("utf-16-le")
