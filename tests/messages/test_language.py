from __future__ import annotations

import pytest

from limen.messages import Language, language_of


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"),
        ("fr-FR, fr;q=0.9, de;q=0.8, en;q=0.7", "de"),
        ("en;q=0.5, de;q=0.4", "en"),
        ("en-GB,de;q=1", "en"),
        ("DE-at;q=0.3", "de"),
        ("fr, it", "en"),
        ("de;q=0", "en"),
        ("de;q=2", "en"),
        ("*;q=0.1", "en"),
        ("<script>, de", "de"),
        ("xx," * 100_000 + "de", "en"),
    ],
)
def test_the_language_is_the_one_of_ours_that_the_browser_likes_best(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_in_doubt_it_is_the_first_that_is_offered() -> None:
    assert language_of("fr", (Language.GERMAN, Language.ENGLISH)) is Language.GERMAN
    assert language_of("en", (Language.GERMAN,)) is Language.GERMAN
