from __future__ import annotations

import pytest

from limen.mail.letter import Address, letter, words_for
from limen.messages import Language
from limen.settings import Settings

HARBOR = Settings(name="Harbor", domain="harbor.localhost", time_zone="Europe/Berlin", languages=("de", "en"))


def test_text_and_html_say_the_same_and_only_a_link_can_be_pressed() -> None:
    said = ("Hello <b>,", Address("https://a.example/?b&c"), Address("https://d.example/", is_link=True), "Harbor")
    mail = letter("eve@harbor.example", "Come in", said, Language.GERMAN)
    assert mail.text == "Hello <b>,\n\n  https://a.example/?b&c\n\n  https://d.example/\n\nHarbor\n"
    assert mail.html.startswith('<!doctype html>\n<html lang="de">')
    assert "<p>Hello &lt;b&gt;,</p>\n<p>https://a.example/?b&amp;c</p>" in mail.html
    assert mail.html.count("<a ") == 1
    assert '<a href="https://d.example/">https://d.example/</a>' in mail.html
    assert (mail.to, mail.subject, mail.language) == ("eve@harbor.example", "Come in", "de")


@pytest.mark.parametrize(
    ("language", "spoken"), [("", Language.GERMAN), ("en", Language.ENGLISH), ("fr", Language.ENGLISH)]
)
def test_the_language_is_the_persons_or_else_the_companys(language: str, spoken: Language) -> None:
    words = words_for(language, HARBOR)
    assert (words.language, str(words.zone)) == (spoken, "Europe/Berlin")


def test_a_company_whose_first_language_is_none_of_ours_writes_english() -> None:
    assert words_for("", HARBOR.model_copy(update={"languages": ("fr",)})).language is Language.ENGLISH


def test_a_subject_of_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="subject"):
        letter("eve@harbor.example", "Come in\r\nBcc: a@b", ("x",), Language.ENGLISH)
