"""What stands beside the members of a ZIP file."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from tests.data.extraction import made

from limen.data.documents import Part
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner
from limen.data.extraction.zip_gaps import beside_members
from limen.data.extraction.zips import members_of


def _with_fields(*, remark: bytes = b"", extra: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.comment, info.extra = remark, extra
        archive.writestr(info, "hello")
    return file.getvalue()


def _beside(data: bytes) -> list[bytes]:
    pieces = beside_members(data, members_of(data, Budget()), Budget())
    return [one.text if isinstance(one, Part) else one.data for one in pieces if isinstance(one, Part | Inner)]


def test_there_is_nothing_beside_what_is_read_anyway() -> None:
    assert not _beside(made.zipped({"a.txt": "hello", "b/c.txt": "hello"}))


def test_free_fields_are_read() -> None:
    text = made.SEEN.encode()
    assert _beside(_with_fields(remark=text)) == [text + b"\n"]
    [told] = _beside(_with_fields(extra=struct.pack("<2H", 0x7777, len(text)) + text))
    assert told.count(text) == 2
    behind = b"." * 40 + text
    assert behind in _beside(_with_fields() + behind)


@pytest.mark.parametrize("hidden", [made.SEEN.encode() * 3, made.tarred({"a": made.SEEN.encode()})])
def test_what_lies_between_members_and_directory_is_a_document(hidden: bytes) -> None:
    whole = _with_fields()
    at = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    directory = struct.pack("<I", at + len(hidden))
    moved = whole[:at] + hidden + whole[at : end + 16] + directory + whole[end + 20 :]
    assert _beside(moved) == [hidden]


def test_nothing_but_headers_ends() -> None:
    for mark in (b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"):
        list(beside_members(made.zipped({"a": "b"}) + mark * 200_000, [], Budget()))
