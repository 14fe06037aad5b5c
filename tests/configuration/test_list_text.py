"""Lists in YAML texts changed by an item: what is written stays, and what is put in is read back as it was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st
from tests.dial import size

from limen.company.yaml_text import TextError, read_yaml
from limen.configuration.list_text import changed_item, with_entry, with_item, with_value, without_item
from limen.configuration.tree import Tree
from limen.errors import LimenError

TEXT = """# What is let through.
flows:
  # The web.
  - id: web
    to: [internet, shop]  # both
    purpose: >
      Sites of
      others

  - {id: mail, to: internet, purpose: post}  # soon over
  # The last one.
  - id: files
    to:
      - files
      - vault  # until May
# After all.
other: 1
"""


def plain(text: str) -> Any:
    return Tree(read_yaml(text)).plain()


def ids(text: str) -> list[str]:
    return [one["id"] for one in plain(text)["flows"]]


def test_one_more_comes_last_and_not_a_letter_else_changes() -> None:
    text = with_item(TEXT, "x.yaml", "flows", {"id": "new", "to": ["a", "b"]})
    assert ids(text) == ["web", "mail", "files", "new"]
    added = "\n\n  - id: new\n    to: [a, b]"
    assert text.replace(added, "") == TEXT


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "other: 1\n", "flows: []\n", "flows:\nother: 1\n", "flows: null\n"]
)
def test_a_list_is_begun_where_there_is_none(text: str) -> None:
    assert plain(with_item(text, "x.yaml", "flows", {"id": "new"}))["flows"] == [{"id": "new"}]


def test_behind_a_text_of_several_lines_it_comes_after_its_last() -> None:
    text = "flows:\n  - id: a\n    purpose: |\n      one\n      two\nother: 1\n"
    after = plain(with_item(text, "x.yaml", "flows", {"id": "b"}))
    assert after == {"flows": [{"id": "a", "purpose": "one\ntwo\n"}, {"id": "b"}], "other": 1}


HOSTS = "hosts:\n  files: {zone: a}\n  # Of accounts.\n  erp:\n    zone: b  # soon c\n# After all.\nother: 1\n"


def test_an_entry_more_comes_last_and_not_a_letter_else_changes() -> None:
    text = with_entry(HOSTS, "x.yaml", "hosts", "new", {"zone": "a", "addresses": ["10.0.0.1"]})
    assert plain(text)["hosts"].keys() == {"files", "erp", "new"}
    assert text.replace('\n  new: {zone: a, addresses: ["10.0.0.1"]}', "") == HOSTS


@pytest.mark.parametrize("text", ["", "other: 1\n", "hosts: {}\n", "hosts:\nother: 1\n", "hosts: null\n"])
def test_entries_are_begun_where_there_are_none(text: str) -> None:
    assert plain(with_entry(text, "x.yaml", "hosts", "new", {"zone": "a"}))["hosts"] == {"new": {"zone": "a"}}


@pytest.mark.parametrize("text", [HOSTS, "hosts: {new: 1, files: 2}\n", "hosts: [a]\n", "hosts: {a: 1}\n"])
def test_no_entry_takes_the_place_of_another_or_stands_where_nothing_can_be_added(text: str) -> None:
    with pytest.raises(LimenError):
        with_entry(text, "x.yaml", "hosts", "files", {"zone": "a"})


@pytest.mark.parametrize("gone", ["web", "mail", "files"])
def test_one_goes_with_its_lines_alone(gone: str) -> None:
    text = without_item(TEXT, "x.yaml", "flows", "id", gone)
    assert ids(text) == [one for one in ["web", "mail", "files"] if one != gone]
    assert [line for line in TEXT.splitlines() if line not in text.splitlines()] != []
    assert all(line in TEXT.splitlines() for line in text.splitlines())
    assert "# After all." in text
    assert plain(text)["other"] == 1


def test_the_last_one_leaves_an_empty_list() -> None:
    text = without_item("flows:\n  - id: a\n    to: b\nother: 1\n", "x.yaml", "flows", "id", "a")
    assert plain(text) == {"flows": [], "other": 1}


@pytest.mark.parametrize("changed", ["web", "mail", "files"])
def test_a_value_changes_and_all_else_stays(changed: str) -> None:
    text = changed_item(TEXT, "x.yaml", "flows", "id", changed, {"to": ["here"]})
    before, after = plain(TEXT), plain(text)
    assert [one["to"] for one in after["flows"] if one["id"] == changed] == [["here"]]
    for one in (*before["flows"], *after["flows"]):
        one.pop("to") if one["id"] == changed else None
    assert before == after


def test_what_is_written_otherwise_is_left_to_people() -> None:
    for text in ("flows: [{id: a}]\n", "flows: {a: 1}\n", "flows: x\n"):
        with pytest.raises(LimenError):
            with_item(text, "x.yaml", "flows", {"id": "b"})
        with pytest.raises(LimenError):
            without_item(text, "x.yaml", "flows", "id", "a")
    for text in ("- a\n", "flows: [\n", "a: b: c\n"):
        with pytest.raises(LimenError):
            with_item(text, "x.yaml", "flows", {"id": "b"})
    with pytest.raises(LimenError):
        without_item(TEXT, "x.yaml", "flows", "id", "gone")
    with pytest.raises(LimenError):
        changed_item(TEXT, "x.yaml", "flows", "id", "web", {"review": "2027-01-01"})


LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


@example("\x85", ["\u2028", "\u2029x", "\x7f", "\ufeff", "\U0001f600"])
@settings(max_examples=size(400))
@given(st.text(LETTERS, max_size=60), st.lists(st.text(LETTERS, max_size=20), max_size=3))
def test_whatever_is_put_in_is_read_back_or_refused(word: str, names: list[str]) -> None:
    """Nothing that somebody types becomes another key, another item, or a comment."""
    text = with_item(TEXT, "x.yaml", "flows", {"id": "new", "purpose": word, "to": names})
    try:
        found = plain(text)["flows"]
    except TextError:  # what YAML has no letters for is refused as a whole
        return
    assert [one["id"] for one in found] == ["web", "mail", "files", "new"]
    assert found[-1] == {"id": "new", "purpose": word, "to": names}


ENTRIES = """# Zones.
zones:
  office:
    kind: workstation  # desks
    prefixes: [10.10.0.0/24]

  # Servers.
  servers: {kind: server, prefixes: [10.20.0.0/24]}  # all of them
  guests:
    kind: guest
    isolated: false  # for now
other: 1
"""


@pytest.mark.parametrize("name", ["office", "servers", "guests"])
def test_an_entry_gets_a_value_and_nothing_else_is_touched(name: str) -> None:
    changed = with_value(ENTRIES, "network.yaml", "zones", name, "isolated", value=True)
    before, after = plain(ENTRIES), plain(changed)
    assert after["zones"][name] == {**before["zones"][name], "isolated": True}
    after["zones"][name] = before["zones"][name]
    assert after == before
    assert [one for one in ENTRIES.splitlines() if "#" in one and one.split("#")[1] not in changed] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [(ENTRIES, "gone"), ("zones: [a]", "a"), ("zones: {a: 1}", "a"), ("", "a"), ("zones: {a: {}}", "a"), ("- a", "a")],
)
def test_an_entry_that_is_not_there_gets_no_value(text: str, name: str) -> None:
    with pytest.raises(LimenError):
        with_value(text, "network.yaml", "zones", name, "isolated", value=True)
