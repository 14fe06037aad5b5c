from __future__ import annotations

from limen.web.console.text_diff import MOST_LINES, diff_lines


def test_what_was_added_and_removed_is_marked_in_words_too() -> None:
    lines = diff_lines("permit\nold\nend", "permit\nnew\nend")
    assert [(one.mark, one.word, one.text) for one in lines] == [
        ("at", "", "@@ -1,3 +1,3 @@"),
        ("same", "", "permit"),
        ("minus", "removed", "old"),
        ("plus", "added", "new"),
        ("same", "", "end"),
    ]


def test_a_new_text_is_all_added_and_a_gone_one_all_removed() -> None:
    assert {one.mark for one in diff_lines("", "a\nb")} == {"at", "plus"}
    assert {one.mark for one in diff_lines("a\nb", "")} == {"at", "minus"}
    assert diff_lines("a", "a") == []


def test_a_line_that_looks_like_a_mark_is_text() -> None:
    assert [one.text for one in diff_lines("", "+++ b\n@@ here")] == ["@@ -0,0 +1,2 @@", "+++ b", "@@ here"]


def test_a_long_text_is_compared_in_part() -> None:
    assert len(diff_lines("", "x\n" * (MOST_LINES * 3))) <= MOST_LINES + 1
