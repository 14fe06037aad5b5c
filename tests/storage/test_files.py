"""A file of ours is opened; a link, a pipe or somebody else's file in its place is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.storage.files import open_own, open_plain, read_own, replace_file, write_new


def test_a_plain_file_of_ours_is_read_up_to_a_bound(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abcdef")
    assert read_own(tmp_path / "file", 4) == b"abcd"


@pytest.mark.parametrize("flags", [os.O_RDWR, os.O_WRONLY | os.O_CREAT, os.O_RDONLY])
def test_a_link_is_not_followed_wherever_it_leads(tmp_path: Path, flags: int) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    for number, there in enumerate(("victim", "not-there")):
        link = tmp_path / f"link{number}"
        link.symlink_to(tmp_path / there)
        with pytest.raises(OSError, match="it is a link"):
            open_own(link, flags)
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "not-there").exists()


def test_a_pipe_and_a_folder_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        open_own(tmp_path / "pipe", os.O_RDWR)
    with pytest.raises(OSError, match="not a regular file"):
        open_own(tmp_path, os.O_RDONLY)


def test_a_file_of_somebody_else_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"planted")
    if os.geteuid() == 0:
        os.chown(tmp_path / "file", 12_345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(OSError, match="belongs to someone else"):
        open_own(tmp_path / "file", os.O_RDONLY)


def test_a_replaced_file_is_private_and_whole(tmp_path: Path) -> None:
    replace_file(tmp_path / "f", b"one")
    replace_file(tmp_path / "f", b"two")
    assert (tmp_path / "f").read_bytes() == b"two"
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "f"]


def test_nothing_planted_is_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "limen.db").write_bytes(b"precious")
    (tmp_path / "f.part").symlink_to("limen.db")
    replace_file(tmp_path / "f", b"one")
    monkeypatch.setattr("secrets.token_hex", lambda _size: "guessed")
    (tmp_path / ".g.guessed.part").symlink_to("limen.db")
    with pytest.raises(OSError, match="exists"):
        replace_file(tmp_path / "g", b"one")
    assert (tmp_path / "limen.db").read_bytes() == b"precious"
    assert (tmp_path / "f").read_bytes() == b"one"


def test_a_file_that_can_not_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "f", b"one")
    assert list(tmp_path.iterdir()) == [tmp_path / "f"]


def test_a_plain_file_is_read_whosever_it_is(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"one")
    (tmp_path / "link").symlink_to("f")
    os.mkfifo(tmp_path / "pipe")
    for path, follows in ((tmp_path / "f", False), (tmp_path / "link", True)):
        with open_plain(path, follows_links=follows) as file:
            assert file.read() == b"one"
    for path in (tmp_path / "link", tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match=str(path)):
            open_plain(path)


def test_a_new_file_is_private_and_never_over_another(tmp_path: Path) -> None:
    write_new(tmp_path / "f", b"one")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "f", b"two")
    assert (tmp_path / "f").read_bytes() == b"one"
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0


def test_a_new_file_that_finds_no_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_new(tmp_path / "f", b"one")
    assert list(tmp_path.iterdir()) == []
