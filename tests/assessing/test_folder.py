"""Files of a folder, read within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.assessing import folder as reading
from limen.assessing.folder import read_folder, shown
from limen.errors import LimenError


def test_files_come_in_the_order_of_their_names_as_utf_8(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes("name,email\nJörg,j@harbor.example\n".encode("utf-16"))
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf[]")
    found = read_folder(tmp_path).files
    assert [(one.name, one.data[:10]) for one in found] == [("a.json", b"[]"), ("b.csv", b"name,email")]
    assert found[0].written_at > 0


def test_pictures_and_folders_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "old").mkdir()
    found = read_folder(tmp_path)
    assert not found.files
    assert [name for name, _ in found.left_out] == ["logo.png", "old"]


def test_all_files_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_IN_ALL", 10)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("123456")
    with pytest.raises(LimenError, match=r"b\.csv"):
        read_folder(tmp_path)


def test_so_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FILES", 1)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    with pytest.raises(LimenError):
        read_folder(tmp_path)


def test_every_file_that_is_refused_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"name\nJ\xf6rg\n")
    (tmp_path / "b.csv").write_bytes(b"a,b\n\n1,\0\n")
    with pytest.raises(LimenError) as error:
        read_folder(tmp_path)
    assert [line.partition(": ")[0] for line in error.value.what.splitlines()] == ["a.csv:2", "b.csv:3"]


def test_a_name_is_shown_without_what_could_steer_a_terminal() -> None:
    assert "\x1b" not in shown("a\x1b[2J.csv")
    assert "\u202e" not in shown("a\u202evsc")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LimenError):
        read_folder(tmp_path / "none")
