"""Members of ZIP files, whatever headers say. Attacks: `tests/attacks/test_hostile_documents.py`."""

from __future__ import annotations

import struct
import zipfile

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.zips import Member, looks_like_zip, members_of, unpacked

_CONTENT = b"what is in it " * 9_000


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_come_out_whole(packed: int) -> None:
    data = made.zipped({"a": _CONTENT, "b/c": b"", "ü": b"x"}, packed)
    members = members_of(data, Budget())
    assert [one.name for one in members] == ["a", "b/c", "ü"]
    assert [b"".join(unpacked(data, one, Budget())) for one in members] == [_CONTENT, b"", b"x"]


def test_a_method_that_nobody_has_is_of_an_unknown_kind() -> None:
    with pytest.raises(UnreadableError) as error:
        list(unpacked(bytes(99), Member("a", 99, 0, 9, is_encrypted=False), Budget()))
    assert error.value.why_not is WhyNot.UNKNOWN_KIND


def test_what_some_program_would_open_looks_like_one() -> None:
    data = made.zipped({"a": b"b"})
    assert looks_like_zip(b"before" + data)
    assert looks_like_zip(data[:-30])
    assert not looks_like_zip(b"PK is no mark")


def test_a_member_that_is_named_often_is_read_once() -> None:
    one = made.zipped({"a": b"1"})
    at, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entry = one[at:end]
    often = one[:at] + entry * 9 + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, len(entry) * 9, at, 0)
    assert [member.name for member in members_of(often, Budget())] == ["a"]
