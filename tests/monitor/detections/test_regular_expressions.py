"""Expressions are RE2's, and what they need is told only where it is certain."""

from __future__ import annotations

import pytest

from limen.monitor.detections.regular_expressions import MAX_PATTERN, RegularError, compiled, literals_of


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("mimikatz", ("mimikatz",)),
        ("(?i)Mimi.*KATZ", ("katz",)),
        ("a(foo|barbar)b", ("barbar", "foo")),
        ("(?:abc)+x?", ("abc",)),
        ("abc|d", ()),
        ("(abc)?", ()),
        ("[abc]{3}", ()),
        ("x{0,2}abc*", ()),
        ("[[:alpha:]]foo", ()),
        ("éabc", ()),
        ("(", ()),
        ("\\d+secret\\s", ("secret",)),
    ],
)
def test_what_must_be_in_whatever_it_matches(pattern: str, literals: tuple[str, ...]) -> None:
    assert literals_of(pattern) == literals


@pytest.mark.parametrize("pattern", ["(?=a)", "(a)\\1", "(", "a" * (MAX_PATTERN + 1), "\ud800"])
def test_what_re2_has_not_is_refused(pattern: str) -> None:
    with pytest.raises(RegularError):
        compiled(pattern)


def test_an_expression_is_compiled_once() -> None:
    assert compiled("a+b") is compiled("a+b")
