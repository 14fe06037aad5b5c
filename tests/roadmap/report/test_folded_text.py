"""Texts as they are compared when somebody's name is looked for."""

from __future__ import annotations

import pytest

from limen.roadmap.report.folded_text import bare, folded, is_ideographic, seen, spellings


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Jörg", "jorg"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łukasz", "lukasz"),
        ("Ａｄａ", "ada"),
        ("İz", "iz"),
    ],
)
def test_case_and_accents_fall_away(text: str, letters: str) -> None:
    assert bare(text) == folded(text)[0] == letters


def test_each_letter_is_at_its_place_in_the_text() -> None:
    letters, origins = folded("a\u0301ß\u00adb")
    assert (letters, origins) == ("assb", [0, 2, 2, 4, 5])


def test_umlauts_are_spelled_in_each_way() -> None:
    assert {"jorg", "joerg"} <= set(spellings("Jörg"))
    assert {"jorg", "joerg"} <= set(spellings("Joerg"))


def test_what_nobody_sees_falls_away() -> None:
    assert seen("Li\u00adnd\u200bq\u0336") == "Lindq"


def test_scripts_without_spaces_are_known() -> None:
    assert [is_ideographic(one) for one in "王あアー김a・ "] == [True, True, True, True, True, False, False, False]
