from __future__ import annotations

import pytest

from limen.configuration.problem import Problem, did_you_mean, position, shown, unknown


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("apps.yaml", 3, 7, "no", "yes"), "apps.yaml:3:7: no; yes"),
        (Problem("apps.yaml", 3, 7, "no"), "apps.yaml:3:7: no"),
        (Problem("apps.yaml", 0, 0, "no", "yes"), "apps.yaml: no; yes"),
    ],
)
def test_a_problem_is_one_line_with_its_place(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_problems_are_sorted_by_their_place() -> None:
    lines = [Problem("b", 1, 1, "x"), Problem("a", 10, 1, "x"), Problem("a", 9, 2, "x"), Problem("a", 9, 1, "x")]
    assert [(one.file, one.line, one.column) for one in sorted(lines)] == [
        ("a", 9, 1),
        ("a", 9, 2),
        ("a", 10, 1),
        ("b", 1, 1),
    ]


@pytest.mark.parametrize(
    ("word", "otherwise", "hint"),
    [
        ("staf", "", 'did you mean "staff"?'),
        ("STAFF", "", 'did you mean "staff"?'),
        ("zzz", "declare it", "declare it"),
        ("zzz", "", "use one of finance, staff"),
    ],
)
def test_the_nearest_known_word_is_offered(word: str, otherwise: str, hint: str) -> None:
    assert did_you_mean(word, ["staff", "finance"], otherwise) == hint


def test_nothing_is_offered_where_nothing_is_near_and_much_is_known() -> None:
    assert did_you_mean("zzz", map(str, range(100))) == ""


def test_a_value_in_a_message_is_one_bounded_line_without_control_characters() -> None:
    text = shown("a\n\x1b[31m" + "x" * 500 + "\u202e")
    assert len(text) <= 60
    assert text.isprintable()
    assert shown(b"x") == "b'x'"


def test_a_place_in_a_text_is_a_line_and_a_column_from_one() -> None:
    assert [position("ab\ncd", at) for at in (0, 1, 3, 4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    what, fix = unknown("app", "wi\x1bki", ["wiki"])
    assert "\\u001b" in what
    assert '"wiki"' in fix
