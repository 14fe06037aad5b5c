"""Text as it may be shown: what could move a cursor or turn the writing is seen, never obeyed."""

from __future__ import annotations

import json

import pytest

from limen.printable import is_printable, no_formula, one_line, plain_word, visible

ESCAPES = [
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "a\u202eb",
    "a\u2066b",
    "\x9b1A",
    "a\rb",
    "a\x00b",
    "\ue000",
    "\udc80",
    "\u2028",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_what_can_not_be_shown_is_no_line_and_is_made_visible(text: str) -> None:
    assert not is_printable(text)
    assert one_line(f"why {text} not", 100) in {"", "why a b not", "why not"}
    shown = visible(text)
    assert is_printable(shown)
    assert "\\u" in shown


def test_what_people_write_stays_as_it_is() -> None:
    for text in ("Müller & Söhne", "می\u200cخواهم", "עברית", "日本語", "30\u00a0%", "a\tb\nc", "👩\u200d💻"):
        assert visible(text) == text


def test_a_line_is_one_line_and_not_too_long() -> None:
    assert one_line("  a \n\t b ", 3) == "a b"
    assert one_line("a b c", 4) == ""
    assert one_line("  ", 4) == ""


def test_escapes_inside_of_json_are_json() -> None:
    said = json.dumps({"why": "x \u202e \U000e0041 \x1b y"}, ensure_ascii=False)
    assert json.loads(visible(said)) == json.loads(said)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Müller & Söhne", "mueller-soehne"),
        ("Mu\u0308ller", "mueller"),
        ("Groß ÄRZTE", "gross-aerzte"),
        ("Café Noël", "cafe-noel"),
        ("../..", ""),
        ("x" * 50, "x" * 40),
    ],
)
def test_a_name_for_hosts_and_files_is_spelled_out(text: str, word: str) -> None:
    assert plain_word(text) == word


@pytest.mark.parametrize(
    "cell",
    ["=1", "+1", "-1", "@a", "  =1", "\t1", "\n1", "\r\n=1", "\u2028x", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"],
)
def test_what_a_spreadsheet_would_run_stays_a_text(cell: str) -> None:
    assert no_formula(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Eve", "1-1", " Eve", "a\n=1"])
def test_what_it_would_not_stays_as_it_is(cell: str) -> None:
    assert no_formula(cell) == cell
