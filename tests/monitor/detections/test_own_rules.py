"""The rules that come with Limen are read from its package, and what is only counted is not shown."""

from __future__ import annotations

from limen.monitor.detections.own_rules import own_rules, own_texts, shown_rules


def test_files_are_named_by_folder_and_name() -> None:
    assert "windows/event-log-cleared.yml" in own_texts()
    assert list(own_texts()) == sorted(own_texts())


def test_what_only_a_correlation_counts_is_not_shown() -> None:
    of_file = [one.about for one in shown_rules(own_rules()) if one.about.file == "limen/failures-then-success.yml"]
    assert [one.name for one in of_file] == [""]


def test_no_file_says_what_is_so_of_every_file_or_stands_in_git() -> None:
    said = {
        line for text in own_texts().values() for line in text.splitlines() if line.startswith(("status:", "date:"))
    }
    assert said == set()
