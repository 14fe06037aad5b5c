"""Sound, films, letters and drawings by how they are built."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest
import reportlab
from PIL import Image

from limen.data.extraction.media import is_media, is_own_part

_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + bytes(64)


def _wave() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(bytes(range(99)))
    return file.getvalue()


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _page(content: bytes) -> bytes:
    return b"OggS" + bytes(22) + bytes([1, len(content)]) + content


def _icon() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "ICO")
    return file.getvalue()


_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # version 1, layer 3, 128 kbit/s, 44.1 kHz: 144 * 128,000 / 44,100
_HALF = b"\xff\xf3\x40\x00" + bytes(100)  # version 2, layer 3, 32 kbit/s, 22.05 kHz: 72 * 32,000 / 22,050
_AAC = b"\xff\xf1\x50\x80" + (20 << 5).to_bytes(2) + bytes(14)
_TRUE_TYPE = (Path(reportlab.__file__).parent / "fonts/Vera.ttf").read_bytes()
_EMF = bytearray(100)
_EMF[0], _EMF[40:44], _EMF[48:52] = 1, b" EMF", struct.pack("<I", 100)
_MEDIA = {
    "wav": _wave(),
    "mp3": _FRAME * 3,
    "mp3 of the second version": _HALF * 3,
    "aac": _AAC * 4,
    "mp3 with tags": b"ID3\x04\0\0\0\0\0\x05title" + bytes(30) + _FRAME * 3 + b"TAG" + bytes(125),
    "mp4": _box(b"ftyp", b"isom") + _box(b"moov", bytes(50)) + struct.pack(">I", 0) + b"mdat" + bytes(99),
    "mp4 of a long box": _box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 16 + 9) + bytes(9),
    "ogg": _page(b"first") + _page(b"second"),
    "webm": b"\x1a\x45\xdf\xa3\x84webm" + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + bytes(70),
    "mkv": b"\x1a\x45\xdf\xa3\x84mkv1" + b"\x18\x53\x80\x67\x40\x46" + bytes(70),
    "flac": b"fLaC\x80\0\0\x02ab\xff\xf8" + bytes(30),
    "midi": b"MThd\0\0\0\x06" + bytes(6) + b"MTrk\0\0\0\x04abcd",
    "ttf": _TRUE_TYPE,
    "ico": _icon(),
    "woff": b"wOFF" + bytes(4) + struct.pack(">I", 50) + bytes(38),
    "emf": bytes(_EMF),
}


@pytest.mark.parametrize("kind", _MEDIA)
def test_what_is_whole_is_media_and_with_an_archive_none(kind: str) -> None:
    whole = _MEDIA[kind]
    assert is_media(whole)
    assert not is_media(whole + _SEVEN_ZIP)
    assert not is_media(whole[: len(whole) // 2] + _SEVEN_ZIP + whole[len(whole) // 2 + len(_SEVEN_ZIP) :])


@pytest.mark.parametrize("kind", [one for one in _MEDIA if one not in {"webm", "flac", "mp4"}])
def test_what_has_anything_behind_it_is_none(kind: str) -> None:
    assert not is_media(_MEDIA[kind] + b"x" * 40)


@pytest.mark.parametrize("kind", _MEDIA)
def test_cut_anywhere_it_raises_nothing(kind: str) -> None:
    for length in range(min(len(_MEDIA[kind]), 300)):
        is_media(_MEDIA[kind][:length])


def test_a_mark_alone_is_nothing() -> None:
    for mark in (b"ID3", b"RIFF", b"OggS", b"fLaC", b"\xff\xfb", b"\0\0\0\x18ftypmp42", b"OTTO", b"wOFF", b"\0\1\0\0"):
        assert not is_media(mark + bytes(range(256)) * 3)
    assert not is_media(b"")


def test_parts_of_office_are_known() -> None:
    printer = "Printer".encode("utf-16-le").ljust(68, b"\0") + struct.pack("<2H", 220, 100) + bytes(248)
    assert is_own_part(printer)
    assert not is_own_part(printer + bytes(500))
    assert is_own_part(bytes(range(32)) + _TRUE_TYPE[32:])
    assert not is_own_part(bytes(range(256)) * 9)
