from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.importing.export import parse_export, read_export


def test_files_are_read_by_their_endings_and_called_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1, null, true, "x"]}')
    (tmp_path / "b.yml").write_text("b: {c: 2}\n")
    (tmp_path / "notes.txt").write_text("x")
    assert read_export([tmp_path]) == {"a.json": {"a": [1, None, True, "x"]}, "b.yml": {"b": {"c": 2}}}
    assert read_export([tmp_path / "b.yml"]) == {"b.yml": {"b": {"c": 2}}}


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.json").write_text("{}")
    both = [tmp_path / "one" / "a.json", tmp_path / "two" / "a.json"]
    assert set(read_export(both)) == {"a.json", "two/a.json"}
    with pytest.raises(LimenError):
        read_export([both[0], both[0]])


@pytest.mark.parametrize("name", ["a.txt", "a", "limen.toml", "x.cedar"])
def test_other_files_are_refused(name: str) -> None:
    with pytest.raises(LimenError):
        parse_export({name: b"{}"})


def test_nothing_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(LimenError):
        read_export([])
    with pytest.raises(LimenError):
        read_export([tmp_path])
    with pytest.raises(LimenError):
        read_export([tmp_path / "gone.json"])
