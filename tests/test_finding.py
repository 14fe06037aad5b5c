from __future__ import annotations

from limen.finding import LONGEST, Finding, State, by_weight, named, shown_safely


def test_what_is_wrong_comes_first_and_what_is_fine_last() -> None:
    found = [Finding(word, State(word), word) for word in ("ok", "skipped", "wrong", "warning")]
    assert [one.name for one in by_weight(found)] == ["wrong", "warning", "skipped", "ok"]
    assert [one.is_wrong for one in by_weight(found)] == [True, False, False, False]


def test_no_text_of_a_stranger_steers_or_floods() -> None:
    shown = shown_safely(Finding("apps", State.WRONG, "a\x1b[2J\nb\u202e" + "x" * 10_000, "f\r\n", "w\x07"))
    assert shown.what.startswith("a\\u001b[2J b\\u202exxx")
    assert len(shown.what) == LONGEST
    assert (shown.fix, shown.where) == ("f", "w\\u0007")


def test_many_are_named_by_the_first_few() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
