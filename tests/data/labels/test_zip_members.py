"""Exchanging members of an archive: the others stay to the byte, and what is ambiguous is refused."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from limen.data.labels.model import NoLabelError, WhyNoLabel
from limen.data.labels.zip_members import MOST_OF_ONE, ZipMembers


def _zip(*members: tuple[str, bytes], comment: bytes = b"", how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members with one name
        for name, text in members:
            archive.writestr(name, text)
        archive.comment = comment
    return buffer.getvalue()


class _Streamed(io.RawIOBase):
    """A file that can't be sought in: zip writes sizes behind the data there."""

    def __init__(self) -> None:
        self.all = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.all += piece
        return len(piece)


def test_other_members_stay_to_the_byte() -> None:
    before = _zip(("a", b"1" * 999), ("b", b"2"), ("c", b"3" * 999), comment=b"said")
    after = ZipMembers.of(before).with_members({"b": b"new", "d": b"more"})
    with zipfile.ZipFile(io.BytesIO(after)) as archive:
        assert archive.namelist() == ["a", "b", "c", "d"]
        assert archive.testzip() is None
        assert (archive.read("b"), archive.read("d"), archive.comment) == (b"new", b"more", b"said")
    one, other = ZipMembers.of(before), ZipMembers.of(after)
    for name in ("a", "c"):
        was, now = one.members[name], other.members[name]
        assert before[was.start : was.end] == after[now.start : now.end]


def test_sizes_behind_the_data_are_kept() -> None:
    streamed = _Streamed()
    with zipfile.ZipFile(streamed, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("a", b"1" * 999)
        archive.writestr("b", b"2")
    after = ZipMembers.of(bytes(streamed.all)).with_members({"b": b"new"})
    with zipfile.ZipFile(io.BytesIO(after)) as archive:
        assert archive.testzip() is None
        assert (archive.read("a"), archive.read("b")) == (b"1" * 999, b"new")


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read(how: int) -> None:
    members = ZipMembers.of(_zip(("a", b"text"), how=how))
    assert (members.read("a"), members.read("b")) == (b"text", None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        _zip(("a", b"1"), ("a", b"2")),
        _zip(("a", b"1"), ("A", b"2")),
        b"before" + _zip(("a", b"1")),
        _zip(("a", b"1")) + b"behind",
        _zip(("a", b"1"))[:-30],
        _zip(("a", b"1" * 99)).replace(b"a", b"b", 1),
    ],
    ids=["empty", "cut", "twice", "by-case", "before", "behind", "no-end", "two-names"],
)
def test_what_two_programs_could_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(NoLabelError) as refused:
        ZipMembers.of(data)
    assert refused.value.why is WhyNoLabel.BROKEN


def test_members_that_overlap_are_refused() -> None:
    whole = bytearray(_zip(("a", b"1" * 50), ("b", b"2"), how=zipfile.ZIP_STORED))
    size_at = whole.index(b"PK\x01\x02") + 20
    whole[size_at : size_at + 8] = (90).to_bytes(4, "little") * 2
    with pytest.raises(NoLabelError):
        ZipMembers.of(bytes(whole))


def test_a_bomb_is_not_unpacked() -> None:
    members = ZipMembers.of(_zip(("a", b"\0" * (MOST_OF_ONE + 1))))
    with pytest.raises(NoLabelError) as refused:
        members.read("a")
    assert refused.value.why is WhyNoLabel.TOO_LARGE


@pytest.mark.parametrize("at", ["comment", "extra", "member"])
def test_the_digest_is_of_every_byte(at: str) -> None:
    plain = ZipMembers.of(_zip(("a", b"1"), ("b", b"2")))
    other = zipfile.ZipInfo("a")
    other.extra = b"\xff\xff\x04\0data" if at == "extra" else b""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(other, b"x" if at == "member" else b"1")
        archive.writestr("b", b"2")
        archive.comment = b"hidden" if at == "comment" else b""
    assert ZipMembers.of(buffer.getvalue()).digest({"b": b""}) != plain.digest({"b": b""})
    assert ZipMembers.of(_zip(("a", b"1"), ("b", b"3"))).digest({"b": b""}) == plain.digest({"b": b""})
