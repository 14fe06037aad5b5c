"""RTF, as Word and WordPad write it."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.rich_text import read_rich_text


def _read(body: str) -> tuple[dict[str, str], dict[str, bytes], set[WhyNot]]:
    return made.read_by(read_rich_text, f"{{\\rtf1\\ansi\\ansicpg1252 {body}}}".encode("latin-1"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"4111 {\b 11}11", "4111 1111"),
        ("41\r\n11", "4111"),
        (r"Gr\'fc\u223?e", "Grüße"),
        (r"{\uc2 \u252xxb}c", "übc"),
        (r"a\~b\{c\}", "a\N{NO-BREAK SPACE}b{c}"),
        (r"a\par b\cell c", "a\nb c"),
    ],
)
def test_text_is_as_it_is_shown(body: str, text: str) -> None:
    assert _read(body)[0]["text"] == f"{text}\n"


def test_what_is_not_shown_parts_nothing() -> None:
    texts, _, _ = _read(r"41{\v hidden}11 {\header top}{\*\generator g}{\info{\title about}}{\deleted gone}")
    assert texts == {
        "text": "4111 \n",
        "hidden text": "hidden\n",
        "header": "top\n",
        "not shown": "g\n",
        "document properties": "about\n",
        "deleted text": "gone\n",
    }


def test_objects_are_documents_within() -> None:
    word = made.word()
    hexadecimal = word.hex()
    assert _read(r"{\object{\*\objdata " + hexadecimal[:50] + "\n" + hexadecimal[50:] + "}}")[1] == {
        "embedded object": word
    }
    assert _read(r"\bin3 abc rest")[1] == {"": b"abc"}


def test_one_that_never_ends_and_one_that_nests_without_end() -> None:
    assert made.read_by(read_rich_text, b"{\\rtf1 a{b")[2] == {WhyNot.BROKEN}
    assert made.why_not(b"{\\rtf1 " + b"{" * 100_000) == {WhyNot.TOO_DEEP}


def test_what_stands_aside_is_a_line_for_each_entry() -> None:
    entries = rb"{\info{\title %s}{\author %s}}{\header {\b %s}%s}{\footer %s}{\headerf %s}"
    card, secret = made.CARD.encode(), made.SECRET.encode()
    body = entries % (card, secret, card[:4], card[4:], secret, secret)
    texts, _, _ = made.read_by(read_rich_text, b"{\\rtf1 " + body + b"end" + b"{\\*\\x " + secret + b"}}")
    assert texts["document properties"].split() == [*made.CARD.split(), made.SECRET]
    assert texts["header"].strip().split("\n") == [made.CARD, made.SECRET]
    assert (texts["text"], texts["not shown"].strip()) == ("end\n", made.SECRET)
