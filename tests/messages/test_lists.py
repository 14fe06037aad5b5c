from __future__ import annotations

from limen.messages import Language, joined


def test_words_are_joined_as_people_do() -> None:
    assert [joined([]), joined(["a"]), joined("ab"), joined("abc", "or", Language.GERMAN)] == [
        "",
        "a",
        "a and b",
        "a, b oder c",
    ]


def test_of_many_the_last_are_counted() -> None:
    assert joined("abcdef", most=4) == "a, b, c and 3 more"
    assert joined("abcd", most=4) == "a, b, c and d"
