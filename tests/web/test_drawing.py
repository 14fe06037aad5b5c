"""Marks, icons and monograms: harmless whatever they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from limen.web.drawing import _STROKED, MARK, icon, is_icon, monogram


@pytest.mark.parametrize("name", sorted(_STROKED))
def test_every_icon_is_sound_and_says_nothing_to_a_screen_reader(name: str) -> None:
    drawn = ET.fromstring(icon(name))
    assert drawn.get("aria-hidden") == "true"
    assert drawn.get("width") == drawn.get("height") == "24"


def test_an_icon_can_be_brought_as_a_path_and_as_nothing_else() -> None:
    assert '<path d="M4 7h9M17 7h3"/>' in icon("M4 7h9M17 7h3")
    for bad in ("", "nothing", "Mats", 'M4 7"/><script>', "M4 7&quot;", "M4\n7", "<path/>"):
        assert not is_icon(bad), bad
        with pytest.raises(KeyError):
            icon(bad)


def test_nothing_is_drawn_with_styles_that_the_policy_would_block() -> None:
    for drawn in (MARK, monogram("Payroll"), *(icon(name) for name in _STROKED)):
        assert "style=" not in drawn
        assert "<script" not in drawn


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Payroll", "Pa"),
        ("Mia Falk", "MF"),
        ("Åsa van der Berg", "ÅB"),
        ("X", "X"),
        ("", "?"),
        ("  ", "?"),
        ("!?", "?"),
    ],
)
def test_a_monogram_takes_its_letters_from_the_name(name: str, letters: str) -> None:
    assert re.search(r"<text[^>]*>([^<]*)</text>", monogram(name))[1] == letters


def test_a_monogram_escapes_a_hostile_name() -> None:
    assert "<img" not in monogram("<img src=x onerror=alert(1)> <b>")
    ET.fromstring(monogram('"&<'))


def test_a_name_always_looks_the_same() -> None:
    assert monogram("Payroll") == monogram("Payroll")
