"""Whether what is not read is encrypted: by the marks of 7z, RAR, age, OpenPGP, OpenSSL, CMS and LUKS.

Nothing is opened. What is not recognised as encrypted is still of a kind that nothing reads.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Callable, Iterator
from typing import Final

_STARTS: Final = (
    b"age-encryption.org/v1\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"Salted__",  # openssl enc
    b"LUKS\xba\xbe",
)
_SEVEN_ZIP: Final = b"7z\xbc\xaf\x27\x1c"
_RAR_4: Final = b"Rar!\x1a\x07\x00"
_RAR_5: Final = b"Rar!\x1a\x07\x01\x00"
_CMS_ENVELOPED: Final = bytes.fromhex("06092a864886f70d010703")
"""The object identifier of enveloped data (RFC 5652, section 6.1)."""
_AES: Final = bytes.fromhex("06f10701")
"""What 7z calls its encryption, in the list of methods of its source."""
_LZMA: Final = b"\x23\x03\x01\x01\x05"
"""A coder with properties of five bytes, by the ID of LZMA."""
_LZMA2: Final = b"\x21\x21\x01"
_MOST_HEADER: Final = 1 << 20
_MOST_DICTIONARY: Final = 64 << 20
_MOST_BLOCKS: Final = 1_000


def is_encrypted(kind: str, data: bytes) -> bool:
    """Whether a document of this kind, which is not read or holds nothing but letters, is encrypted or holds what is.
    Never raises.
    """
    if data.startswith(_STARTS):
        return True
    looks: dict[str, Callable[[bytes], bool]] = {"7z": _is_locked_7z, "rar": _is_locked_rar, "unknown": _is_message}
    try:
        return kind in looks and looks[kind](data)
    except (ValueError, IndexError, struct.error, lzma.LZMAError, MemoryError):
        return False


def _is_message(data: bytes) -> bool:
    """A message of OpenPGP begins with a session key for a recipient or a password (RFC 9580, sections 5.1 and 5.3), of
    CMS with what it is.
    """
    if data[:1] == b"0" and _CMS_ENVELOPED in data[:32]:
        return True
    tag, rest = data[0], data[1:8]
    if tag & 0xC0 == 0xC0:
        kind, at = tag & 0x3F, 1 if rest[0] < 192 else 2
    elif tag & 0x80:
        kind, at = tag >> 2 & 0xF, (1, 2, 4, 0)[tag & 3]
    else:
        return False
    return (kind, rest[at]) in {(1, 3), (1, 6), (3, 4), (3, 5), (3, 6)}


def _is_locked_7z(data: bytes) -> bool:
    """By its last header, which names the methods, or by the header that this is packed in (7zFormat.txt)."""
    if not data.startswith(_SEVEN_ZIP):
        return False
    at, size = struct.unpack_from("<QQ", data, 12)
    header = data[32 + at : 32 + at + min(size, _MOST_HEADER)]
    return _AES in header or (header[:1] == b"\x17" and _AES in _unpacked(data, header))


def _unpacked(data: bytes, header: bytes) -> bytes:
    """The header that another one says is packed by LZMA; b"" where it is by something else."""
    how = _method(header)
    if header[1:2] != b"\x06" or how is None:
        return b""
    place, _ = _number(header, 2)
    maker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[how])
    return maker.decompress(data[32 + place : 32 + place + _MOST_HEADER], _MOST_HEADER)


def _method(header: bytes) -> dict[str, int] | None:
    """How the header is packed, as `lzma` wants it."""
    if (at := header.find(_LZMA)) >= 0:
        properties, dictionary = struct.unpack_from("<BI", header, at + len(_LZMA))
        rest, pb = properties % 45, properties // 45
        how = {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4_096), "lc": rest % 9, "lp": rest // 9, "pb": pb}
    elif (at := header.find(_LZMA2)) >= 0:
        said = header[at + len(_LZMA2)]
        how = {"id": lzma.FILTER_LZMA2, "dict_size": (2 | said & 1) << (min(said, 40) // 2 + 11)}
    else:
        return None
    return how if how["dict_size"] <= _MOST_DICTIONARY else None


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of 7z, and where the next thing begins."""
    first, value, mask = data[at], 0, 0x80
    for extra in range(8):
        if not first & mask:
            return value | (first & (mask - 1)) << 8 * extra, at + 1 + extra
        value |= data[at + 1 + extra] << 8 * extra
        mask >>= 1
    return value, at + 9


def _is_locked_rar(data: bytes) -> bool:
    """By the headers, which are encrypted or say of a file that it is (RAR 5.0 archive format; technote of RAR 4)."""
    if data.startswith(_RAR_5):
        return any(locked for locked in _blocks_5(data))
    return data.startswith(_RAR_4) and any(locked for locked in _blocks_4(data))


def _blocks_4(data: bytes) -> Iterator[bool]:
    at = len(_RAR_4)
    for _ in range(_MOST_BLOCKS):
        if at + 7 > len(data):
            return
        kind, flags, size = struct.unpack_from("<BHH", data, at + 2)
        yield (kind == 0x73 and bool(flags & 0x80)) or (kind == 0x74 and bool(flags & 0x04))
        packed = struct.unpack_from("<I", data, at + 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        at += max(size, 7) + packed


def _blocks_5(data: bytes) -> Iterator[bool]:
    at = len(_RAR_5)
    for _ in range(_MOST_BLOCKS):
        if at + 7 > len(data):
            return
        size, begins = _vint(data, at + 4)
        ends = begins + size
        kind, here = _vint(data, begins)
        flags, here = _vint(data, here)
        extra, here = _vint(data, here) if flags & 1 else (0, here)
        packed, here = _vint(data, here) if flags & 2 else (0, here)
        yield kind == 4 or (kind == 2 and _says_encryption(data[max(ends - extra, here) : ends]))
        at = ends + packed


def _says_encryption(extra: bytes) -> bool:
    at = 0
    while at < len(extra):
        size, begins = _vint(extra, at)
        if _vint(extra, begins)[0] == 1:
            return True
        at = begins + max(size, 1)
    return False


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """Seven bits in each byte, the lowest first, the highest bit saying that there is more. Raises IndexError."""
    value = 0
    for shift in range(0, 63, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return value, at
