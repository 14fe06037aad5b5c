"""What is packed in a ZIP file, whatever its headers say (PKWARE APPNOTE 6.3.10).

Members are unpacked until their data ends, not until a header says so; a member that the directory does not name, as
where two files were put one behind the other, is found by its own header. Names are never used as paths.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import MEMORY, Inflate, Unpacked
from limen.data.extraction.limits import Budget, UnreadableError

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_LOCAL_MARK: Final = b"PK\x03\x04"
_ENTRY_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_MOST_ENTRIES: Final = 10
"""So many times as many entries may there be as members are read, those of archives within among them: reading a
directory takes time before its first entry is known.
"""
_ENCRYPTED: Final = 0x1
_UTF_8: Final = 0x800
_LENGTHS_FOLLOW: Final = 0x8
_LONG: Final = 0xFFFFFFFF
"""In place of a length that stands elsewhere (ZIP64)."""
_PIECE: Final = 1 << 18
_BEGINNING: Final = 1 << 16
_LZMA_PROPERTIES: Final = 5
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a ZIP file. `start` is where its packed data begins, `packed` how many bytes it is said to have.

    `is_doubtful`: its own header says something else of it than the directory, and programs believe either.
    """

    name: str
    method: int
    start: int
    packed: int
    is_encrypted: bool
    is_doubtful: bool = False


def looks_like_zip(data: bytes) -> bool:
    """Whether some program may take these bytes for a ZIP file, also behind a picture or before other bytes."""
    return _LOCAL_MARK in data and (data.startswith(_LOCAL_MARK) or _END_MARK in data)


def has_directory(data: bytes) -> bool:
    """Whether it has an end: what was cut has none, nor has what only begins like a ZIP file."""
    return _END_MARK in data


def members_of(data: bytes, budget: Budget) -> list[Member]:
    """All members, those of the directory first, and each once, however often the directory names it. One of which two
    headers say different things is there as each of them says.

    Raises UnreadableError where there are too many, and where they are more than fits: data that several share is
    nothing that anybody packs who has something to say.
    """
    if data.count(_ENTRY_MARK) > _MOST_ENTRIES * budget.limits.most_members:
        raise UnreadableError(WhyNot.TOO_MANY)
    found: list[Member] = []
    otherwise: list[Member] = []
    ends: dict[int, int] = {}
    for header, info in _named(data):
        member = _at(data, header, info)
        if member is not None:
            budget.member()
            if header not in ends:
                found.append(member)
                otherwise += _otherwise(data, header, member, info)
            ends[header] = max(ends.get(header, 0), member.start + member.packed)
    if sum(one.packed for one in found) > len(data):
        raise UnreadableError(WhyNot.TOO_LARGE)
    at = data.find(_LOCAL_MARK)
    while at >= 0:
        member = None if at in ends else _at(data, at)
        if member is not None:
            budget.member()
            found.append(member)
        after = ends.get(at) or (member.start + member.packed if member is not None else 0)
        at = data.find(_LOCAL_MARK, max(at + len(_LOCAL_MARK), after))
    return found + otherwise


def _named(data: bytes) -> Iterator[tuple[int, zipfile.ZipInfo]]:
    """The headers' places that the directory names, with what it says of them; none where it can't be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not info.is_dir() or info.compress_size:
                    yield info.header_offset, info
    except Exception:  # noqa: BLE001 -- the directory is the sender's; what it does not name is found without it
        return


def _at(data: bytes, at: int, info: zipfile.ZipInfo | None = None) -> Member | None:
    """The member whose header stands there; None where there is none. What its directory says of its length counts."""
    if at < 0 or len(data) < at + _LOCAL.size:
        return None
    mark, _, flags, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + name_length + extra_length
    if mark != _LOCAL_MARK or start > len(data):
        return None
    raw = data[at + _LOCAL.size : at + _LOCAL.size + name_length]
    name = raw.decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
    if name.endswith("/") and not packed and info is None:
        return None
    said = info.compress_size if info is not None else packed
    said = min(said, len(data) - start)
    encrypted = bool(flags & _ENCRYPTED) or (info is not None and bool(info.flag_bits & _ENCRYPTED))
    is_doubtful = info is not None and (
        info.compress_type != method
        or info.orig_filename != name
        or (not flags & _LENGTHS_FOLLOW and packed not in {info.compress_size, _LONG})
    )
    return Member(name or (info.filename if info else ""), method, start, said, encrypted, is_doubtful)


def _otherwise(data: bytes, at: int, member: Member, info: zipfile.ZipInfo) -> Iterator[Member]:
    """The same as a program reads it that believes the other header."""
    local = _at(data, at)
    packed = max(member.packed, local.packed if local is not None else 0)
    other = replace(member, method=info.compress_type, packed=packed)
    if member.is_doubtful and other != member:
        yield other


def unpacked(data: bytes, member: Member, budget: Budget) -> Iterator[bytes]:
    """What a member holds, piece by piece. Raises UnreadableError where it is encrypted, broken or too much; behind all
    of it also where there is more than its data says, or its headers disagree.

    Nothing of it is given before its ratio could be told: what is a bomb is never parsed.
    """
    held: list[bytes] = []
    length = 0
    try:
        for piece in _unpacked(data, member, budget):
            length += len(piece)
            if length <= budget.limits.ratio_from:
                held.append(piece)
                continue
            yield from held
            held.clear()
            yield piece
    except UnreadableError as error:
        if error.why_not is WhyNot.BROKEN:
            yield from held
        raise
    yield from held


def beginning(data: bytes, member: Member) -> bytes:
    """The first bytes of what a member holds, so that it is known what it is; b"" where it can't be read."""
    start = b""
    try:
        for piece in _unpacked(data, member, Budget()):
            start += piece[:_BEGINNING]
            if len(start) >= _BEGINNING:
                break
    except UnreadableError:
        pass  # it is said why where all of it is read
    return start


def _unpacked(data: bytes, member: Member, budget: Budget) -> Iterator[bytes]:
    if member.is_encrypted:
        raise UnreadableError(WhyNot.ENCRYPTED)
    if member.method == STORED:
        yield from _stored(data, member, budget)
    elif (packed := _packed(data, member, budget)) is not None:
        yield from packed  # it says itself where it ends: a header that names less hides nothing
        if packed.end < member.start + member.packed:
            raise UnreadableError(WhyNot.BROKEN)
    else:
        raise UnreadableError(WhyNot.UNKNOWN_KIND)
    if member.is_doubtful:
        raise UnreadableError(WhyNot.BROKEN)


def _packed(data: bytes, member: Member, budget: Budget) -> Unpacked | None:
    """What comes out of a member that is compressed; None where nobody knows how."""
    if member.method == DEFLATED:
        return Unpacked(Inflate(), data, member.start, budget)
    if member.method == BZIP2:
        return Unpacked(bz2.BZ2Decompressor(), data, member.start, budget)
    return _lzma(data, member, budget) if member.method == LZMA else None


def _stored(data: bytes, member: Member, budget: Budget) -> Iterator[bytes]:
    count = budget.unpacking(member.packed)
    for at in range(member.start, member.start + member.packed, _PIECE):
        piece = data[at : min(at + _PIECE, member.start + member.packed)]
        count.take(len(piece))
        yield piece


def _lzma(data: bytes, member: Member, budget: Budget) -> Unpacked:
    """LZMA in a ZIP file has a short header of its own (APPNOTE 5.8.8), from which lzma makes its own properties."""
    length = int.from_bytes(data[member.start + 2 : member.start + 4], "little")
    properties = data[member.start + 4 : member.start + 4 + length]
    if len(properties) < _LZMA_PROPERTIES or int.from_bytes(properties[1:5], "little") > MEMORY:
        raise UnreadableError(WhyNot.BROKEN)
    first, dictionary = properties[0], int.from_bytes(properties[1:5], "little")
    filters = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }
    try:
        decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[filters])
    except lzma.LZMAError:
        raise UnreadableError(WhyNot.BROKEN) from None
    return Unpacked(decompressor, data, member.start + 4 + length, budget)
