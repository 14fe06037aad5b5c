"""Data that somebody hides from a scanner: encoded, spelled with other letters, cut by what nobody sees."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from json import dumps
from random import Random
from urllib.parse import quote

import pytest
from tests import dial
from tests.data import planted
from tests.data.ordinary.documents import documents

from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence, Found
from limen.data.scanning.scanner import Scanner

_TEXT = "Kreditkarte 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, AKIAQNZGKIQY56JQ7WML"
_HELD = {"payment-card", "iban", "aws-access-key"}
_SCANNER = Scanner(list(DETECTORS.values()), key=planted.KEY)


def _full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def _digits_as(text: str, digits: str) -> bytes:
    return text.translate({48 + value: digit for value, digit in enumerate(digits)}).encode()


def _mime(text: str) -> bytes:
    whole = b64encode((text + " end." * 30).encode())
    return b"\r\n".join(whole[at : at + 76] for at in range(0, len(whole), 76))


_HIDDEN: dict[str, Callable[[str], bytes]] = {
    "base 64": lambda text: b64encode(text.encode()),
    "base 64 of addresses": lambda text: urlsafe_b64encode(text.encode()).rstrip(b"="),
    "base 64 in a data address": lambda text: b"data:text/plain;base64," + b64encode(text.encode()),
    "base 64 behind a path": lambda text: b"k/a/x" + b64encode(b"see " + text.encode()),
    "base 64 twice": lambda text: b64encode(b64encode(text.encode())),
    "base 64 in lines": _mime,
    "base 64 of UTF-16": lambda text: b64encode(text.encode("utf-16-le")),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-16, the other way round": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32-le"),
    "no width": lambda text: "\u200b".join(text).encode(),
    "joiners": lambda text: "\u2060\u00ad".join(text).encode(),
    "full width": lambda text: _full_width(text).encode(),
    "Arabic digits": lambda text: text.translate({48 + digit: 0x660 + digit for digit in range(10)}).encode(),
    "mathematical digits": lambda text: text.translate({48 + digit: 0x1D7CE + digit for digit in range(10)}).encode(),
    "digits in circles": lambda text: _digits_as(text, "⓿❶❷❸❹❺❻❼❽❾"),
    "digits of India": lambda text: _digits_as(text, "०१२३४५६७८९"),
    "struck through": lambda text: "".join(one + "\u0336" if one.isdigit() else one for one in text).encode(),
    "as emoji": lambda text: "".join(one + "\ufe0f" if one.isdigit() else one for one in text).encode(),
    "tags": lambda text: "\U000e0020".join(text).encode(),
    "marks of direction": lambda text: "\u202d\u2066".join(text).encode(),
    "Cyrillic letters": lambda text: text.translate(str.maketrans("AEKMOBCTD", "АЕКМОВСТD")).encode(),
    "other spaces": lambda text: text.replace(" ", "\u00a0").encode(),
    "narrow spaces": lambda text: text.replace(" ", "\u202f").encode(),
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text).encode(),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(letter):X};" for letter in text).encode(),
    "entities of spaces": lambda text: text.replace(" ", "&nbsp;").encode(),
    "percent": lambda text: "".join(f"%{ord(letter):02x}" for letter in text).encode(),
    "a form": lambda text: quote(text).replace("%20", "+").encode(),
    "an address": lambda text: quote(text).encode(),
    "base 64 behind bytes that are no text": lambda text: b64encode(Random(7).randbytes(150) + b"\n" + text.encode()),
    "base 64 within other letters": lambda text: b64encode(("ä" * 60 + f" {text} " + "ö" * 60).encode()),
    "ends of lines as JSON writes them": lambda text: b"see " + text.replace(", ", "\\n").encode(),
    "JSON in JSON in a text": lambda text: dumps(dumps(text.replace(", ", "\n"))).encode(),
    "ends of lines in an address": lambda text: b"a=" + text.replace(", ", "%0A").encode(),
    "columns in an address": lambda text: b"a=1%7C" + text.replace(", ", "%09").encode(),
    "a list in an address": lambda text: b"a=1%2C" + text.replace(", ", "%2C").encode(),
    "escapes of ends of lines": lambda text: b"see " + text.replace(", ", "\\u000a").encode(),
    "escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
}


@pytest.mark.parametrize("how", _HIDDEN)
def test_it_is_found(how: str) -> None:
    """Within other text, as a whole and in pieces, at a place that lies within what hides it."""
    hidden = _HIDDEN[how](_TEXT)
    whole = b"Dear all,\nplease see below.\n" + hidden + b"\nRegards, and so on and on.\n"
    found = _SCANNER.text(whole)
    assert {one for one, sure in found.highest().items() if sure is Confidence.HIGH} >= _HELD
    places = [(one.start, one.end) for one in found.findings if one.detector in _HELD]
    assert all(20 <= start < end <= len(whole) - 20 for start, end in places)
    random = Random(how)
    for _ in range(dial.size(60, 4)):
        assert _told(_SCANNER.pieces(planted.cut(random, whole, random.choice((3, 40, 900))))) == _told(found)


def _told(found: Found) -> set[tuple[str, Confidence, int, int]]:
    return {(one.detector, one.confidence, one.start, one.end) for one in found.findings if one.detector in _HELD}


def test_far_into_a_stream_and_over_its_chunks() -> None:
    """A long text of base 64 with a card at its end, behind megabytes of nothing."""
    inner = b"nothing of note. " * 12_000 + _TEXT.encode() + b" and so on. " * 50
    whole = b"plain text, line by line.\n" * 20_000 + b64encode(inner)
    for size in (700, 4_096, 65_536, 1 << 20):
        found = _SCANNER.pieces(whole[at : at + size] for at in range(0, len(whole), size))
        assert set(found.unique()) >= _HELD, size
        assert all(one.start > len(whole) - 4_000 for one in found.findings if one.detector in _HELD)


def test_ordinary_documents_have_hardly_anything_to_undo() -> None:
    """What is undone costs time, and ordinary text is not to pay for it."""
    told = 0
    for document in documents(seed=18, number=200):
        text = document.text.encode()
        scan = _SCANNER._scan()
        _SCANNER._looks.scan(_SCANNER._looks.whole, text, scan.told)
        scan.resolve(text, 0, len(text) + 1)
        told += scan.has_to_be_undone
    assert told <= 2


@pytest.mark.parametrize(
    "text",
    [
        b"%41%4" * 50_000,
        b"&#65;&#6" * 30_000,
        b"A\0" * 100_000,
        b"\\u0041\\u00" * 20_000,
        b"QUFB" * 80_000,
        b"A" * 320_000,
        b"\\" * 200_000 + b"n4111",
        "а1".encode() * 60_000,
    ],
    ids=["percent", "entities", "UTF-16", "escapes", "base 64", "zeros", "backslashes", "letters"],
)
def test_text_of_nothing_but_what_is_undone_ends(text: bytes) -> None:
    """And it holds no more places than it has bytes: whoever writes it pays for it in length."""
    assert not _SCANNER.text(b"4%31&#65;" + text).highest().get("payment-card")


def test_letters_that_could_be_base_64_of_anything_are_told_of_seldom() -> None:
    """Each place that is told of costs a look, and whoever writes a text of nothing else holds the scanner by it."""
    told: list[int] = []
    for letters in (b"A", b"AQ", b"AQUV", b"QUJ", b"A+", b"g"):
        text = bytes(Random(letters).choices(letters, k=40_000))
        _SCANNER._looks.scan(_SCANNER._looks.whole, text, lambda *one: told.append(one[2]))
    assert len(told) < 5_000


@pytest.mark.parametrize("between", ["\\n", "\\t", "%0A", "%2C", "%7C", "%09", "%3D"])
def test_what_stands_between_numbers_is_no_letter_of_them(between: str) -> None:
    numbers = ("4111111111111111", "5500000000000004", "4012888888881881", "DE89370400440532013000")
    assert _SCANNER.text(between.join(("", *numbers)).encode()).unique() == {"payment-card": 3, "iban": 1}


def test_words_stand_beside_their_values_in_json_within_a_text() -> None:
    logged = rb'at 12:00 "{\"password\": \"Geheim1234x\"}" was sent'
    assert _SCANNER.text(logged).unique() == {"typed-password": 1}
