"""Archives and what is merely compressed: each file in them is a document of its own."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from typing import IO, Final

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import Streams, bzipped, gzipped, xzipped
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.plain import read_runs
from limen.data.extraction.zip_gaps import beside_members
from limen.data.extraction.zips import has_directory, members_of, unpacked

_PIECE: Final = 1 << 18
_GZIP: Final = b"\x1f\x8b"
_MORE, _NAMED, _REMARK = 0x04, 0x08, 0x10
_MOST_HEADS: Final = 1_000
_UNUSED: Final = 12
"""So many bytes at the end of a header of tar nobody uses."""
_GZIP_HEAD: Final = 10


def read_zip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A ZIP file: its remark, and each file. Of an encrypted one, names are all that can be read."""
    if not has_directory(data):
        yield WhyNot.BROKEN
    members = members_of(data, budget)
    for member in members:
        yield from one_file(member.name, unpacked(data, member, budget))
    yield from lines("remark", [_remark(data)])
    yield from beside_members(data, members, budget)


def _remark(data: bytes) -> str:
    at = data.rfind(b"PK\x05\x06")
    return data[at + 22 :][: 1 << 16].decode("utf-8", "replace") if at >= 0 else ""


def read_tar(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A tar file, and those behind it. Links are followed nowhere; what they are called and lead to is text.

    Some programs end at a header that is none, and others go on behind it.
    """
    ends = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", ignore_zeros=True) as archive:
        for member in archive:
            budget.member()
            yield from _beside(data, ends, member.offset)
            said = [member.linkname, member.uname, member.gname, *(str(one) for one in member.pax_headers.values())]
            yield from lines("names of files", [one for one in said if one])
            yield from read_runs(data[member.offset_data - _UNUSED : member.offset_data], budget)
            ends = member.offset_data
            if not member.isfile():
                yield from lines("names of files", [member.name])
                continue
            file = archive.extractfile(member)
            if file is not None:
                yield from one_file(member.name, _counted(file, len(data), budget))
            ends = archive.offset if member.issparse() else member.offset_data + member.size
    yield from _beside(data, ends, len(data))


def _beside(data: bytes, begin: int, end: int) -> Iterator[Piece]:
    """What belongs to no file, and is not the zeros that fill up a block."""
    if data[begin:end].strip(b"\0"):
        yield WhyNot.BROKEN
        if begin:  # else it is this document, of which the first header is none
            yield Inner("between the files", data[begin:end].strip(b"\0"), is_part=True)


def _counted(file: IO[bytes], packed: int, budget: Budget) -> Iterator[bytes]:
    """A file's content; one with holes unpacks to more than it takes."""
    count = budget.unpacking(packed)
    while piece := file.read(_PIECE):
        count.take(len(piece))
        yield piece


def read_gzip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """gzip, all of its members as one file."""
    yield from _unpacked(_gzip_name(data), data, gzipped(data, budget))


def read_bzip2(data: bytes, budget: Budget) -> Iterator[Piece]:
    """bzip2, all of its streams as one file."""
    yield from _unpacked("", data, bzipped(data, budget))


def read_xz(data: bytes, budget: Budget) -> Iterator[Piece]:
    """xz, all of its streams as one file."""
    yield from _unpacked("", data, xzipped(data, budget))


def _unpacked(name: str, data: bytes, streams: Streams) -> Iterator[Piece]:
    """What is in all streams, then what their headers say, and what stands behind them."""
    yield from one_file(name, streams)
    if data.startswith(_GZIP):
        for start in streams.starts[:_MOST_HEADS]:
            yield from lines("names of files", [_gzip_fields(data, start)])
        if len(streams.starts) > _MOST_HEADS:
            yield WhyNot.TOO_MANY
    behind = data[streams.end :].strip(b"\0")
    if streams.end and behind:  # else nothing came out whole, and all of it is read as it stands
        yield Inner("behind it", behind, is_part=True)


def one_file(name: str, content: Iterable[bytes], *, is_part: bool = False) -> Iterator[Piece]:
    """What came out as a file, also where it broke off; of what is too much nothing is kept."""
    pieces: list[bytes] = []
    try:
        pieces.extend(content)
    except UnreadableError as error:
        yield error.why_not
        if error.why_not in {WhyNot.TOO_LARGE, WhyNot.TIMED_OUT}:
            raise
    if pieces:
        yield Inner(name, b"".join(pieces), is_part)
    else:
        yield from lines("names of files", [name])


def _gzip_name(data: bytes) -> str:
    """What the file was called, where the header says so and has nothing else."""
    if len(data) <= _GZIP_HEAD or data[3] != _NAMED:
        return ""
    return data[_GZIP_HEAD : _GZIP_HEAD + 256].split(b"\0", 1)[0].decode("latin-1")


def _gzip_fields(data: bytes, start: int) -> str:
    """The fields of a header that hold anything (RFC 1952, 2.3): more, a name, a remark."""
    flags, at, said = data[start + 3], start + _GZIP_HEAD, []
    if flags & _MORE:
        length = int.from_bytes(data[at : at + 2], "little")
        said.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    for one in (_NAMED, _REMARK):
        if flags & one:
            end = data.find(b"\0", at)
            said.append(data[at:end])
            at = end + 1
    return b"\n".join(said).replace(b"\0", b"\n").decode("latin-1")
