from __future__ import annotations

from limen.messages import Language, joined


def test_words_are_joined_as_people_do() -> None:
    assert [joined([]), joined(["a"]), joined("ab"), joined("abc", "or", Language.GERMAN)] == [
        "",
        "a",
        "a and b",
        "a, b oder c",
    ]
