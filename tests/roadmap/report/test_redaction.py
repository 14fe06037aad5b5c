from __future__ import annotations

import pytest

from limen.facts import Person
from limen.roadmap.report.folded_text import bare
from limen.roadmap.report.redaction import INSTEAD, Redaction

ADA = Person("p_81af", "Ada Lindqvist-Ode", "ada.lindqvist@harbor.example")
OTHERS = (
    Person("p_2", "Jürgen Öz", "j@harbor.example"),
    Person("p_3", "Joerg Straße"),
    Person("p_4", "Bo An Li"),
    Person("p_5", "王小明"),
    Person("p_6", "山田 太郎"),
    Person("p_7", "김 민준"),
    Person("p_8", "Łukasz Møller-Æbelø"),
    Person("p_9", "Pieter van der Berg"),
    Person("w_1", "backup", is_workload=True),
)
SAID = Redaction.of([ADA, *OTHERS])


@pytest.mark.parametrize(
    "text",
    [
        "p_81af",
        "Ada Lindqvist-Ode",
        "ADA.LINDQVIST@HARBOR.EXAMPLE",
        "ada",
        "Lindqvist",
        "adas-laptop",
        "AdasMacBook",
        "MBPAda",
        "ADAs",
        "ADAsMacBook",
        "ada01",
        "ada_mbp",
        "alindqvist-mbp",
        "ALindqvistMBP",
        "adalindqvist",
        "lindqvista",
        "Lind\u00adqvist",
        "L\u0336i\u0336ndqvist",
        "Ju\u0308rgen",
        "JURGEN",
        "juergen-pc",
        "jorg",
        "Jörg",
        "Strasse",
        "Li",
        "li-laptop",
        "an-laptop",
        "An",
        "Öz",
        "oez",
        "王小明的电脑",
        "小明",
        "山田太郎",
        "太郎のPC",
        "민준의 노트북",
        "ｌｉｎｄｑｖｉｓｔ",
        "lukasz",
        "moeller",
        "Abelo",
        "vanderberg",
        "/console/people/p_81af",
        "lindqvist's",
    ],
)
def test_a_person_is_taken_out_however_they_are_written(text: str) -> None:
    parts = ("ada", "lindqvist", "81af", "jurgen", "juergen", "jorg", "strasse", "王", "小明", "山田", "太郎", "민준")
    for said in (SAID(f"the laptop of {text} here"), SAID.named(f"the laptop of {text} here")):
        assert INSTEAD in said
        left = bare(said.replace(INSTEAD, "").replace("laptop of", ""))
        assert not [one for one in parts if bare(one) in left and one != "王"]


@pytest.mark.parametrize("text", ["adasmacbook", "macbookada", "bergmbp", "xadax", "canada-portal"])
def test_in_what_others_wrote_a_part_of_a_name_takes_the_word_with_it(text: str) -> None:
    assert SAID.named(f"the {text}, here") == f"the {INSTEAD}, here"


@pytest.mark.parametrize(
    "text",
    [
        "Adapter of Harbor",
        "backup",
        "crusade",
        "an order of a vendor is bound to it",
        "fewer than two factors, at 10.10.0.7 by tcp/22",
    ],
)
def test_other_words_of_limen_stay(text: str) -> None:
    assert SAID(text) == text


def test_what_stands_around_a_name_stays() -> None:
    assert SAID("(ada), 'Lindqvist'.") == f"({INSTEAD}), '{INSTEAD}'."
    assert SAID("ode, two letters") == f"{INSTEAD}, two letters"


def test_nobody_known_leaves_every_text_as_it_is() -> None:
    assert Redaction.of([])("Ju\u0308rgen") == "Ju\u0308rgen"
    assert Redaction.of([Person("w_1", "backup", is_workload=True)]).named("backup") == "backup"
