"""Text in every encoding that is met, and runs of it in anything."""

from __future__ import annotations

import codecs

import pytest
from tests.data.extraction import made

from limen.data.extraction.limits import Budget
from limen.data.extraction.plain import PIECE, decoded, encoding_of, numbered, read_media, read_runs, read_text

_GREETING = "Grüße aus Köln, Ihr Konto\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"", "cp1252"),
    ],
)
def test_text_is_read_in_its_encoding(mark: bytes, encoding: str) -> None:
    data = mark + (_GREETING * 500).encode(encoding)
    assert encoding_of(data) == encoding
    texts, _, _ = made.read_by(read_text, data)
    assert texts[""].lstrip("\ufeff") == _GREETING * 500


def test_what_is_no_text_has_no_encoding() -> None:
    assert [encoding_of(one) for one in (b"\0\1\2\3" * 30, b"\x89PNG\r\n\x1a\n" + bytes(9), bytes(range(1, 32)))] == [
        "",
        "",
        "",
    ]


def test_a_letter_that_is_cut_is_one_letter() -> None:
    data = "ü".encode("utf-16-le") * 3
    assert b"".join(decoded([data[:1], data[1:4], data[4:]], "utf-16-le")).decode() == "üüü"


def test_lines_are_numbered_across_pieces() -> None:
    assert [one.first_line for one in numbered([b"a\nb", b"c\nd\n", b"e"])] == [1, 2, 4]


def test_runs_are_found_between_zeros_and_across_pieces() -> None:
    wide = made.CARD.encode("utf-16-le")
    data = b"\1\2\3" + wide + b"\xff\x80\0" + bytes(PIECE - 30) + made.SECRET.encode() + b"\2ab\3"
    runs = b"".join(one.text for one in read_runs(data, Budget()) if isinstance(one, made.Part))
    assert made.CARD.encode() in runs
    assert made.SECRET.encode() in runs
    assert b"ab" not in runs


def _runs(data: bytes) -> list[bytes]:
    return [line for one in read_media(data, Budget()) for line in one.text.splitlines() if isinstance(one, made.Part)]


def test_runs_of_ascii_are_read_in_media() -> None:
    noise = bytes(range(128, 256))
    assert _runs(noise + b"abcdef" + noise + b"abcde" + noise + b"a b\x01c\x00d\x00e\x00f\x00g\x00h\x00") == [
        b"abcdef",
        b"cdefgh",
    ]
    assert _runs(b"") == _runs(noise) == []
    assert _runs(b"x" * 100) == [b"x" * 100]


def test_a_run_across_the_end_of_a_piece_is_seen_whole() -> None:
    for before in range(PIECE - 30, PIECE + 1):
        assert made.CARD.encode() in _runs(bytes([200]) * before + made.CARD.encode() + b"\xc8" * 300)
