from __future__ import annotations

import os
import tempfile
from pathlib import Path, PurePosixPath

import pytest

from limen.data.doors import quarantine as module
from limen.data.doors.quarantine import RELEASED_FOR, Kept, Quarantine
from limen.data.doors.share_files import GoneError, note_name, opened, write_beside
from limen.errors import LimenError


def take(quarantine: Quarantine, share: Path, name: str) -> Kept:
    with opened(share, PurePosixPath(name)) as file:
        return quarantine.take(file, "sales", 1_000, "e1", ("no-cards",))


@pytest.fixture
def share(tmp_path: Path) -> Path:
    (tmp_path / "share" / "in").mkdir(parents=True)
    (tmp_path / "share" / "in" / "a.txt").write_text("secret")
    (tmp_path / "share" / "in" / "a.txt").chmod(0o644)
    return tmp_path / "share"


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_a_file_is_taken_for_nobody_else_to_read_and_put_back(
    tmp_path: Path, share: Path, monkeypatch: pytest.MonkeyPatch, *, is_elsewhere: bool
) -> None:
    if is_elsewhere:  # on another file system
        rename = os.rename

        def within_one(name: str, to: str, **folders: int) -> None:
            if "dst_dir_fd" not in folders:
                raise OSError(module.EXDEV, "")
            rename(name, to, **folders)

        monkeypatch.setattr(module.os, "rename", within_one)
    if os.geteuid() == 0:
        os.chown(share / "in" / "a.txt", 5, 60)
    quarantine = Quarantine(tmp_path / "q")
    kept = take(quarantine, share, "in/a.txt")
    content = tmp_path / "q" / kept.id / "content"
    assert (content.read_text(), oct(content.stat().st_mode & 0o777)) == ("secret", "0o600")
    assert oct((tmp_path / "q" / kept.id).stat().st_mode & 0o777) == "0o700"
    assert not (share / "in" / "a.txt").exists()
    assert quarantine.all() == [kept] == [quarantine.find(kept.id)]
    assert (kept.path, kept.event, kept.rules, kept.size) == ("in/a.txt", "e1", ("no-cards",), 6)
    if os.geteuid() == 0:
        assert content.stat().st_uid == 0

    (share / "in" / "a.txt").write_text("new")
    assert quarantine.release(kept, share, 1_000) == "in/a (2).txt"
    back = share / "in" / "a (2).txt"
    assert (back.read_text(), oct(back.stat().st_mode & 0o777)) == ("secret", "0o644")
    if os.geteuid() == 0:
        assert (back.stat().st_uid, back.stat().st_gid) == (5, 60)
    assert (quarantine.all(), quarantine.find(kept.id)) == ([], None)


@pytest.mark.parametrize("what", ["fchmod", "fchown"])
def test_a_file_of_another_user_is_kept_as_well(
    tmp_path: Path, share: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Whatever fails after it was moved: this was the only copy."""
    monkeypatch.setattr(module.os, what, lambda *_: (_ for _ in ()).throw(PermissionError(1, "")))
    kept = take(Quarantine(tmp_path / "q"), share, "in/a.txt")
    assert (tmp_path / "q" / kept.id / "content").read_text() == "secret"
    assert Quarantine(tmp_path / "q").all() == [kept]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_file_of_another_user_is_taken_by_a_user_that_is_not_root() -> None:
    """Who doesn't own a file can't take away its rights: it is copied, and not lost."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for each in (folder, folder / "share"):
            each.mkdir(exist_ok=True)
            each.chmod(0o777)
        (folder / "share" / "a.txt").write_text("secret")
        (folder / "share" / "a.txt").chmod(0o644)
        if (child := os.fork()) == 0:
            try:
                os.setgid(65_534)
                os.setuid(65_534)
                os.umask(0o077)
                with opened(folder / "share", PurePosixPath("a.txt")) as file:
                    Quarantine(folder / "q").take(file, "sales", 1_000, "e1", ())
                    write_beside(file, "a.txt.limen.txt", "note")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        (kept,) = Quarantine(folder / "q").all()
        assert (folder / "q" / kept.id / "content").read_text() == "secret"
        assert [one.name for one in (folder / "share").iterdir()] == ["a.txt.limen.txt"]
        assert (folder / "share" / "a.txt.limen.txt").stat().st_mode & 0o777 == 0o644


def test_what_was_put_back_is_not_taken_again_as_it_is(tmp_path: Path, share: Path) -> None:
    quarantine = Quarantine(tmp_path / "q")
    kept = take(quarantine, share, "in/a.txt")
    (share / "in" / "b.txt").write_text("secret")
    with opened(share, PurePosixPath("in/b.txt")) as file:
        assert not quarantine.was_released(file, "sales", 1_000)
        quarantine.release(kept, share, 1_000)
        assert quarantine.was_released(file, "sales", 1_000)
        assert not quarantine.was_released(file, "other", 1_000)
    (share / "in" / "a.txt").write_text("sEcret")
    with opened(share, PurePosixPath("in/a.txt")) as file:
        assert not quarantine.was_released(file, "sales", 1_000)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_root_puts_back_is_known_to_the_user_that_owns_the_quarantine(tmp_path: Path, share: Path) -> None:
    """Else it would be taken again at once."""
    quarantine = Quarantine(tmp_path / "q")
    kept = take(quarantine, share, "in/a.txt")
    os.chown(quarantine.folder, 5, 60)
    quarantine.release(kept, share, 1_000)
    found = (quarantine.folder / module.RELEASED).stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (5, 60, 0o600)


def test_the_note_goes_when_the_file_is_back_and_nothing_else_that_is_called_so(tmp_path: Path, share: Path) -> None:
    quarantine, beside = Quarantine(tmp_path / "q"), share / "in" / note_name("a.txt")
    for written, stays in (("It is kept as {}.", False), ("mine", True)):
        kept = take(quarantine, share, "in/a.txt")
        beside.write_text(written.format(kept.id))
        quarantine.release(kept, share, 1_000)
        assert beside.exists() is stays
    kept = take(quarantine, share, "in/a.txt")
    beside.unlink()
    beside.symlink_to(tmp_path / "q" / kept.id / module.ABOUT)
    quarantine.release(kept, share, 1_000)
    assert beside.is_symlink()


def test_what_was_put_back_is_taken_again_after_a_year_or_when_somebody_ends_it(tmp_path: Path, share: Path) -> None:
    quarantine = Quarantine(tmp_path / "q")
    (share / "in" / "b.txt").write_text("secret")
    quarantine.release(take(quarantine, share, "in/a.txt"), share, 1_000)
    quarantine.release(take(quarantine, share, "in/b.txt"), share, 2_000)
    (one,) = quarantine.released(2_000)  # the same content counts once, from when it was put back last
    assert (one.share, one.until, one.event) == ("sales", 2_000 + RELEASED_FOR, "e1")
    with opened(share, PurePosixPath("in/a.txt")) as file:
        assert quarantine.was_released(file, "sales", one.until - 1)
        assert not quarantine.was_released(file, "sales", one.until)
        quarantine.end_released(["dr_other"])
        assert quarantine.was_released(file, "sales", 2_000)
        quarantine.end_released([one.id])
        assert not quarantine.was_released(file, "sales", 2_000)


@pytest.mark.parametrize("written", ["{", "7", '[["sales", 6]]', '[["sales", 6, "d", "never"]]', '[["sales", 6, "d"]]'])
def test_nothing_was_put_back_where_that_cannot_be_read(tmp_path: Path, written: str) -> None:
    (tmp_path / "released.json").write_text(written)
    assert Quarantine(tmp_path).released(0) == []


def test_what_is_gone_is_not_taken_and_nothing_is_left_of_trying(tmp_path: Path, share: Path) -> None:
    quarantine = Quarantine(tmp_path / "q")
    with opened(share, PurePosixPath("in/a.txt")) as file:
        (share / "in" / "a.txt").unlink()
        with pytest.raises(GoneError):
            quarantine.take(file, "sales", 1, "e1", ())
    assert list((tmp_path / "q").iterdir()) == []


def test_a_folder_that_is_gone_is_said(tmp_path: Path, share: Path) -> None:
    quarantine = Quarantine(tmp_path / "q")
    kept = take(quarantine, share, "in/a.txt")
    (share / "in").rmdir()
    with pytest.raises(LimenError):
        quarantine.release(kept, share, 1_000)
    assert quarantine.all() == [kept]
    quarantine.delete(kept)
    assert quarantine.all() == []


def test_what_cannot_be_read_is_left_out(tmp_path: Path, share: Path) -> None:
    quarantine = Quarantine(tmp_path / "q")
    kept = take(quarantine, share, "in/a.txt")
    for name, text in (("x", "{"), ("y", "[]"), ("z", '{"id": "../../etc", "rules": []}')):
        (tmp_path / "q" / name).mkdir()
        (tmp_path / "q" / name / "about.json").write_text(text)
    assert quarantine.all() == [kept]
