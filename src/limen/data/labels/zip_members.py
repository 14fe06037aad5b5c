"""A zip archive of which a few members are exchanged while every other byte stays as it was (PKWARE APPNOTE 6.3).

Office and OpenDocument files are such archives. Packing one anew would change every member; here the others are
copied as they lie, header and all, and only where they begin is written anew. Whatever is ambiguous is refused: two
members of one name, members that overlap, and anything that two programs could read in two ways.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from limen.data.labels.model import NoLabelError, WhyNoLabel

START: Final = b"PK\x03\x04"
MOST_MEMBERS: Final = 10_000
MOST_OF_ONE: Final = 4 << 20
"""What is read of one member. Those that hold labels are a few hundred bytes."""
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_LONGEST_COMMENT: Final = 0xFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 0x1 | 0x40
_DATE_1980: Final = 0x21
"""The first day that zip knows: what is written says nothing of when."""
_UTF_8: Final = 0x800
_IN_ZIP_64: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """One member as it lies in the archive. `start` to `end` is all of it, header and padding behind it included;
    `central` is its record in the directory, and from `packed_at` on lie `packed_size` bytes of it.
    """

    name: str
    flags: int
    method: int
    crc: int
    size: int
    start: int
    end: int
    packed_at: int
    packed_size: int
    central: bytes

    @property
    def raw_name(self) -> bytes:
        return self.central[_CENTRAL.size :][: struct.unpack_from("<H", self.central, 28)[0]]


@dataclass(frozen=True, slots=True)
class ZipMembers:
    """An archive in memory. `of` raises NoLabelError where it is no plain one."""

    data: bytes
    members: Mapping[str, Member]
    comment: bytes

    @classmethod
    def of(cls, data: bytes) -> ZipMembers:
        end = _end_at(data)
        _, disk, central_disk, here, number, size, offset, comment_size = _END.unpack_from(data, end)
        comment = data[end + _END.size :]
        is_plain = not disk and not central_disk and here == number and offset + size == end
        if not is_plain or len(comment) != comment_size or number > MOST_MEMBERS:
            raise _broken()
        found = _directory(data, offset, end, number)
        return cls(data, _placed(data, found, offset), comment)

    def read(self, name: str) -> bytes | None:
        """A member, unpacked; None where there is none. Raises NoLabelError for one that is large or broken."""
        member = self.members.get(name)
        if member is None:
            return None
        if member.flags & _ENCRYPTED:
            raise NoLabelError(WhyNoLabel.ENCRYPTED, "the document is encrypted")
        packed = self.data[member.packed_at : member.packed_at + member.packed_size]
        text = packed if member.method == _STORED else _unpacked(packed, member.method)
        if len(text) > MOST_OF_ONE:
            raise NoLabelError(WhyNoLabel.TOO_LARGE, f"a part of the document is longer than {MOST_OF_ONE >> 20} MB")
        if len(text) != member.size or zlib.crc32(text) != member.crc:
            raise _broken()
        return text

    def with_members(self, changed: Mapping[str, bytes]) -> bytes:
        """The archive with these members put in or exchanged; what is exchanged keeps its place."""
        pieces: list[bytes] = []
        central: list[bytes] = []
        at = 0
        for member in sorted(self.members.values(), key=lambda one: one.start):
            new = changed.get(member.name)
            local, record = (
                (self.data[member.start : member.end], member.central) if new is None else _made(member.name, new)
            )
            pieces.append(local)
            central.append(_moved(record, at))
            at += len(local)
        for name, text in changed.items():
            if name not in self.members:
                local, record = _made(name, text)
                pieces.append(local)
                central.append(_moved(record, at))
                at += len(local)
        size = sum(map(len, central))
        end = _END.pack(b"PK\x05\x06", 0, 0, len(central), len(central), size, at, len(self.comment))
        return b"".join([*pieces, *central, end, self.comment])

    def digest(self, instead: Mapping[str, bytes]) -> bytes:
        """SHA-256 of every byte of the archive but where members begin; of those in `instead`, of that text.

        So nothing can be hidden beside a member, in its header or between two of them, without another digest.
        """
        whole = sha256(self.comment)
        view = memoryview(self.data)
        for name in sorted(self.members.keys() | instead.keys()):
            text, member = instead.get(name), self.members.get(name)
            parts = [name.encode("utf-8", "surrogateescape")]
            if member is not None:
                parts.append(member.central[_CENTRAL.size :])
            if text is None and member is not None:
                parts += [member.central[: _CENTRAL.size - 4], bytes(view[member.start : member.end])]
            elif member is not None and text is not None:
                extra_at = member.start + _LOCAL.size + len(member.raw_name)
                behind = view[member.packed_at + member.packed_size : member.end]
                parts += [text, bytes(view[extra_at : member.packed_at]), bytes(behind)]
            for part in parts:
                whole.update(struct.pack("<Q", len(part)) + part)
        return whole.digest()


def _end_at(data: bytes) -> int:
    """Where the end record begins: the one whose comment reaches exactly to the end."""
    if not data.startswith(START):
        raise _broken()
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if at < 0 or at + _END.size > len(data):
        raise _broken()
    return at


def _directory(data: bytes, at: int, end: int, number: int) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for _ in range(number):
        if at + _CENTRAL.size > end:
            raise _broken()
        fields = _CENTRAL.unpack_from(data, at)
        signature, _, _, flags, method, _, _, crc, packed_size, size, named, extra, said, *_, start = fields
        record = data[at : at + _CENTRAL.size + named + extra + said]
        at += len(record)
        raw = record[_CENTRAL.size : _CENTRAL.size + named]
        name = raw.decode("utf-8" if flags & _UTF_8 else "cp437", "surrogateescape")
        if signature != b"PK\x01\x02" or at > end or _IN_ZIP_64 in {packed_size, size, start}:
            raise _broken()
        found[name] = Member(name, flags, method, crc, size, start, 0, 0, packed_size, record)
    # Names that differ by case alone are one part to Office (ECMA-376 part 2, 6.2.2).
    if at != end or len({name.lower() for name in found}) != number:
        raise _broken()
    return found


def _placed(data: bytes, found: Mapping[str, Member], central_at: int) -> dict[str, Member]:
    """Each member with its bytes: they follow each other from the very start, and none reaches into the next."""
    in_order = sorted(found.values(), key=lambda one: one.start)
    placed: dict[str, Member] = {}
    if in_order and in_order[0].start != 0:
        raise _broken()
    for member, end in zip(in_order, [*(one.start for one in in_order[1:]), central_at], strict=True):
        if member.start + _LOCAL.size > end:
            raise _broken()
        signature, _, _, method, *_, named, extra = _LOCAL.unpack_from(data, member.start)
        name_at = member.start + _LOCAL.size
        packed_at = name_at + named + extra
        is_same = data[name_at : name_at + named] == member.raw_name and method == member.method
        if signature != START or not is_same or packed_at + member.packed_size > end:
            raise _broken()
        placed[member.name] = replace(member, end=end, packed_at=packed_at)
    return placed


def _unpacked(packed: bytes, method: int) -> bytes:
    if method != _DEFLATED:
        raise _broken()
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = unpacker.decompress(packed, MOST_OF_ONE + 1)
    except zlib.error:
        raise _broken() from None
    if unpacker.unused_data or not (unpacker.eof or len(text) > MOST_OF_ONE):
        raise _broken()
    return text


def _made(name: str, text: bytes) -> tuple[bytes, bytes]:
    """A new member: its bytes, and its record in the directory."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush()
    named = name.encode()
    flags = 0 if name.isascii() else _UTF_8
    common = (20, flags, _DEFLATED, 0, _DATE_1980, zlib.crc32(text), len(packed), len(text), len(named))
    local = _LOCAL.pack(START, *common, 0) + named + packed
    central = _CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, 0, 0) + named
    return local, central


def _moved(record: bytes, start: int) -> bytes:
    """A record of the directory whose member begins at `start`."""
    return record[: _CENTRAL.size - 4] + struct.pack("<I", start) + record[_CENTRAL.size :]


def _broken() -> NoLabelError:
    return NoLabelError(WhyNoLabel.BROKEN, "the document is no plain archive, so its parts can't be told apart")
