from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.doors.not_open import FILE, NotOpen, not_open
from limen.events import Event


def test_each_change_is_an_event_and_the_file_says_what_is_so(tmp_path: Path) -> None:
    said: list[Event] = []
    told = NotOpen(tmp_path, said.append, lambda: 7)
    told.tell({})
    assert (said, not_open(tmp_path)) == ([], {})
    for wrong in ({"icap": "port taken"}, {"icap": "port taken"}, {"icap": "no key", "milter": "port taken"}):
        told.tell(wrong)
        assert not_open(tmp_path) == wrong
    told.tell({"milter": "port taken"})
    told.tell({})
    assert [(one.kind, one.details["source"]) for one in said] == [
        ("data.entry_point_failed", "icap"),
        ("data.entry_point_failed", "milter"),
        ("data.entry_point_back", "icap"),
        ("data.entry_point_back", "milter"),
    ]
    assert not (tmp_path / FILE).exists()


def test_what_ends_leaves_nothing(tmp_path: Path) -> None:
    told = NotOpen(tmp_path, lambda _event: None, lambda: 7)
    told.tell({"icap": "port taken"})
    told.close()
    assert not_open(tmp_path) == {}


@pytest.mark.parametrize("written", ["", "7", "[1]", "{"])
def test_a_file_that_is_something_else_says_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / FILE).write_text(written)
    assert not_open(tmp_path) == {}
