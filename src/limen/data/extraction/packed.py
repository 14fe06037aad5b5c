"""Archives and what is merely compressed: each file in them is a document of its own."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from typing import IO, Final

from limen.data.documents import Part, WhyNot
from limen.data.extraction.inflating import bzipped, gzipped, xzipped
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.plain import read_runs
from limen.data.extraction.zips import has_directory, members_of, unpacked

_PIECE: Final = 1 << 18
_HEADS: Final = 1 << 20
"""So many bytes of a gzip file are read for the remarks that heads of members may have (RFC 1952 section 2.3)."""
_NAMED: Final = 0x08
_GZIP_HEAD: Final = 10


def read_zip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A ZIP file: its remark, and each file. Of an encrypted one, names are all that can be read."""
    if not has_directory(data):
        yield WhyNot.BROKEN
    for member in members_of(data, budget):
        yield from one_file(member.name, unpacked(data, member, budget))
    yield from lines("remark", [_remark(data)])


def _remark(data: bytes) -> str:
    at = data.rfind(b"PK\x05\x06")
    return data[at + 22 :][: 1 << 16].decode("utf-8", "replace") if at >= 0 else ""


def read_tar(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A tar file. Links are followed nowhere; what they are called and lead to is text."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            budget.member()
            said = [member.linkname, *(str(value) for value in member.pax_headers.values())]
            yield from lines("names of files", [one for one in said if one])
            if not member.isfile():
                yield from lines("names of files", [member.name])
                continue
            file = archive.extractfile(member)
            if file is not None:
                yield from one_file(member.name, _counted(file, len(data), budget))


def _counted(file: IO[bytes], packed: int, budget: Budget) -> Iterator[bytes]:
    """A file's content; one with holes unpacks to more than it takes."""
    count = budget.unpacking(packed)
    while piece := file.read(_PIECE):
        count.take(len(piece))
        yield piece


def read_gzip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """gzip, all of its members as one file; what stands between them and before them is read as it is."""
    for one in read_runs(data[:_HEADS], budget):
        if isinstance(one, Part):
            yield Part("remark", one.text)
    yield from one_file(_gzip_name(data), gzipped(data, budget))


def read_bzip2(data: bytes, budget: Budget) -> Iterator[Piece]:
    """bzip2, all of its streams as one file."""
    yield from one_file("", bzipped(data, budget))


def read_xz(data: bytes, budget: Budget) -> Iterator[Piece]:
    """xz, all of its streams as one file."""
    yield from one_file("", xzipped(data, budget))


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
