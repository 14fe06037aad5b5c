"""The language of FortiOS: sections within sections, texts over lines, and what takes something back."""

from __future__ import annotations

import pytest

from limen.network.reading.fortigate_words import Section, sections_of
from limen.network.reading.reading import UnreadableError


def entries(text: str, section: str = "a b") -> dict[str, dict[str, list[str]]]:
    return {name: one for name, one in sections_of(text)[""].get(section, Section()).entries.items() if name}


def test_settings_by_entry_and_section() -> None:
    text = 'config a b\n edit "one two"\n  set x "y z" w\n  append x v\n  set gone 1\n  unset gone\n next\nend\n'
    assert entries(text) == {"one two": {"x": ["y z", "w", "v"]}}


def test_a_text_in_quotes_goes_over_lines_and_hides_what_is_in_it() -> None:
    text = 'config a b\nedit 1\nset key "begin\nend\nnext \\" set x 1\n"\nset y 2\nnext\nend'
    assert entries(text)["1"] == {"key": ['begin\nend\nnext " set x 1\n'], "y": ["2"]}


def test_an_empty_text_is_a_word() -> None:
    assert entries('config a b\nedit 1\nset x ""\nnext\nend')["1"] == {"x": [""]}


def test_what_stands_deeper_is_not_mixed_with_what_is_above() -> None:
    text = "config a b\nedit 1\nset x 1\nconfig c\nedit 1\nset x 2\nnext\nend\nset y 3\nnext\nend"
    assert entries(text) == {"1": {"x": ["1"], "y": ["3"]}}
    assert entries(text, "a b 1 c") == {"1": {"x": ["2"]}}


def test_entries_are_removed_again() -> None:
    text = "config a b\nedit 1\nnext\nedit 2\nnext\ndelete 1\nend\n"
    assert list(entries(text)) == ["2"]
    assert list(entries(text + "config a b\npurge\nedit 3\nnext\nend")) == ["3"]


def test_end_closes_the_entry_that_is_open() -> None:
    assert list(entries("config a b\nedit 1\nset x 1\nend\nconfig a b\nedit 2\nend")) == ["1", "2"]


def test_virtual_domains_are_apart() -> None:
    text = (
        "config global\nconfig a b\nedit 0\nnext\nend\nend\nconfig vdom\nedit root\nconfig a b\nedit 1\nnext\nend\nend"
    )
    assert list(sections_of(text)["root"]["a b"].entries) == ["", "1"]
    assert list(entries(text)) == ["0"]


@pytest.mark.parametrize("text", ["end", "next", "config a\nedit 1\n", "config a\nnext", 'config a\nset x "y\nend'])
def test_a_file_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        sections_of(text)
