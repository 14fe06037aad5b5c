"""What is encrypted and of a kind that nothing reads: told by its marks, and never opened."""

from __future__ import annotations

import lzma
import struct
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.encrypted import is_encrypted
from limen.data.sealing import files
from limen.data.sealing.age_keys import Identity

AES, COPY = bytes.fromhex("0124 06f10701"), bytes.fromhex("0101 00")
LZMA_1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
LZMA_2 = {"id": lzma.FILTER_LZMA2, "dict_size": 3 << 15}
MARK_4, MARK_5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"


def seven_zip(inner: bytes, filters: dict[str, int] | None = None) -> bytes:
    """A file that ends in this header, as it is or packed, and described by one that says how."""
    if filters is None:
        packed, end = b"", inner
    else:
        packed = lzma.compress(inner, lzma.FORMAT_RAW, filters=[filters])
        how = b"\x23\x03\x01\x01\x05" + struct.pack("<BI", 93, 1 << 16)
        if filters is LZMA_2:
            how = b"\x21\x21\x01" + bytes([11])
        end = b"\x17\x06\x00\x01\x09" + bytes([len(packed)]) + b"\x00\x07\x0b\x01\x00\x01" + how + b"\x0c\x20\x00\x00"
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<IQQI", 0, len(packed), len(end), 0) + packed + end


def block_4(kind: int, flags: int, more: bytes = b"", packed: bytes = b"") -> bytes:
    sizes = struct.pack("<I", len(packed)) if kind == 0x74 else b""
    return struct.pack("<HBHH", 0, kind, flags, 7 + len(sizes + more)) + sizes + more + packed


def block_5(kind: int, flags: int = 0, extra: bytes = b"", packed: bytes = b"") -> bytes:
    sizes = (bytes([len(extra)]) if flags & 1 else b"") + (bytes([len(packed)]) if flags & 2 else b"")
    body = bytes([kind, flags]) + sizes + b"rest" + extra
    return bytes(4) + bytes([len(body)]) + body + packed


LOCKED = {
    "7z with names": seven_zip(b"\x01" + AES),
    "7z, its header packed": seven_zip(b"\x01\x04" + AES, LZMA_1),
    "7z, its header packed otherwise": seven_zip(b"\x01\x04" + AES, LZMA_2),
    "7z without names": seven_zip(b"\x17\x06" + AES),
    "rar 4": MARK_4 + block_4(0x73, 0) + block_4(0x74, 0x8000, b"a", b"p" * 9) + block_4(0x74, 0x8004, b"b", b"p"),
    "rar 4 without names": MARK_4 + block_4(0x73, 0x80),
    "rar 5": MARK_5 + block_5(1) + block_5(2, 2, packed=b"p" * 90) + block_5(2, 1, b"\x02\x03x\x03\x01xy"),
    "rar 5 without names": MARK_5 + block_5(4),
    "openssl": b"Salted__" + bytes(range(200)),
    "pgp": bytes.fromhex("8c0d04090302") + bytes(range(200)),
    "pgp for somebody": bytes.fromhex("85010c03") + bytes(range(200)),
    "pgp, new": bytes.fromhex("c1c04c03") + bytes(range(200)),
    "pgp, as text": b"-----BEGIN PGP MESSAGE-----\n\nhQEMA1",
    "age, as text": b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl",
    "cms": bytes.fromhex("3082069606092a864886f70d010703") + bytes(range(200)),
    "disk": b"LUKS\xba\xbe\x00\x02" + bytes(600),
}
OPEN = {
    "7z": seven_zip(b"\x01" + COPY),
    "7z, its header packed": seven_zip(b"\x01\x04" + COPY, LZMA_1),
    "rar 4": MARK_4 + block_4(0x73, 0) + block_4(0x74, 0x8000, b"a", b"p" * 9),
    "rar 5": MARK_5 + block_5(1) + block_5(2, 3, b"\x02\x03x", b"p" * 40),
    "letters": b"\x00\x01\x02" * 30,
}


@pytest.mark.parametrize("name", LOCKED)
def test_what_is_encrypted_is_said_to_be(name: str) -> None:
    assert WhyNot.ENCRYPTED in made.inspected(LOCKED[name]).why_not


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_is_of_an_unknown_kind_alone(name: str) -> None:
    assert made.inspected(OPEN[name]).why_not == {WhyNot.UNKNOWN_KIND}


def test_what_limen_seals_is_encrypted(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("salaries")
    with (tmp_path / "plain").open("rb") as source:
        files.seal(source, tmp_path / "sealed.age", [Identity.new().recipient])
    assert WhyNot.ENCRYPTED in made.inspected((tmp_path / "sealed.age").read_bytes()).why_not


@given(st.sampled_from([*LOCKED.values(), *OPEN.values()]), st.integers(0, 300), st.binary(max_size=40))
def test_whatever_is_broken_raises_nothing(whole: bytes, at: int, put: bytes) -> None:
    for kind in ("7z", "rar", "unknown"):
        is_encrypted(kind, whole[:at])
        is_encrypted(kind, whole[:at] + put + whole[at + len(put) :])
