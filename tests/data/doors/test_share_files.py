from __future__ import annotations

import errno
import os
import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

from limen.data.doors import share_files
from limen.data.doors.mass_renaming import END, SAMPLE, Sample
from limen.data.doors.share_files import GoneError, files_below, opened, write_beside


def test_a_file_is_known_by_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    here = tmp_path / "a" / "b.txt"
    here.write_bytes(b"text")
    with opened(tmp_path, PurePosixPath("a/b.txt")) as file:
        assert (file.size, file.start(2), file.is_still_there, file.is_unchanged) == (4, b"te", True, True)
        here.write_bytes(b"texts")
        assert (file.is_still_there, file.is_unchanged) == (True, False)
        here.unlink()
        assert not file.is_still_there
        here.write_bytes(b"another")
        assert not file.is_still_there


async def test_what_is_in_it_is_read_as_far_as_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 600_000)
    with opened(tmp_path, PurePosixPath("a")) as file:
        assert len(b"".join([one async for one in file.pieces()])) == 600_000
        assert len(b"".join([one async for one in file.pieces(300_001)])) == 300_001


def test_its_digest_is_of_what_it_was_when_it_was_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 600_000)
    with opened(tmp_path, PurePosixPath("a")) as file:
        with (tmp_path / "a").open("ab") as more:
            more.write(b"y" * 300_000)
        assert file.digest() == sha256(b"x" * 600_000).digest()


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../x", "/etc/passwd", "a/../../x", "none", "folder", "none/x", "x/" * 300]
)
def test_what_is_no_file_of_the_share(tmp_path: Path, path: str) -> None:
    share = tmp_path / "share"
    (share / "folder").mkdir(parents=True)
    (tmp_path / "x").write_text("outside")
    with pytest.raises(GoneError), opened(share, PurePosixPath(path)):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
@pytest.mark.parametrize("path", ["a.txt", "closed/b.txt", "closed"])
def test_what_may_not_be_read_is_not_taken_for_gone(path: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        share = Path(place)
        share.chmod(0o755)
        (share / "closed").mkdir(mode=0o700)
        for name in ("a.txt", "closed/b.txt"):
            (share / name).write_text("x")
            (share / name).chmod(0)
        if (child := os.fork()) == 0:
            os.setgid(65_534)
            os.setuid(65_534)
            said = 0
            try:
                with opened(share, PurePosixPath(path)):
                    said = 1
            except GoneError:
                said = 2
            except PermissionError:
                said = 3
            finally:
                os._exit(said)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3


def test_a_note_is_new_and_belongs_to_whose_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    if os.geteuid() == 0:
        os.chown(tmp_path / "a", 5, -1)
    with opened(tmp_path, PurePosixPath("a")) as file:
        write_beside(file, "a.limen.txt", "note")
        assert (tmp_path / "a.limen.txt").read_text() == "note"
        assert (tmp_path / "a.limen.txt").stat().st_uid == file.owner
        with pytest.raises(FileExistsError):
            write_beside(file, "a.limen.txt", "another")


def walked(root: Path, after: str | None = None) -> list[str]:
    return [
        str(path) for path, _ in files_below(root, PurePosixPath(), None if after is None else PurePosixPath(after))
    ]


def test_a_walk_has_one_order_and_goes_on_behind_any_file(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a/b/c", "a.b/x", "c/d", "\udcff/y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    every = walked(tmp_path)
    assert sorted(every) == ["a.b/x", "a/b/c", "a/z", "b", "c/d", "\udcff/y"]
    for number, name in enumerate(every, 1):
        assert walked(tmp_path, name) == every[number:]
    assert walked(tmp_path, "a/b/gone") == every[every.index("a/b/c") + 1 :]


def test_a_walk_names_folders_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "closed").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").touch()
    (tmp_path / "in" / "z.txt").touch()
    really = share_files._open

    def refusing(name: object, flags: int, folder: int | None = None) -> int:
        if name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        return really(name, flags, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(share_files, "_open", refusing)
    assert walked(tmp_path) == ["in/a.txt", "in/z.txt", "in/closed"]
    assert [str(path) for path, found in files_below(tmp_path, PurePosixPath("in/closed"))] == ["in/closed"]


def test_a_file_however_deep_is_found_and_what_is_deeper_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d" * 20, dir_fd=here)  # a path of 6,300 characters, which the system takes in no call
        below = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("a.txt", os.O_CREAT, dir_fd=here))
    os.close(here)
    path = PurePosixPath(*["d" * 20] * 300, "a.txt")
    assert walked(tmp_path) == [str(path)]
    with opened(tmp_path, path) as file:
        assert file.size == 0
    monkeypatch.setattr(share_files, "MOST_PARTS", 200)
    assert walked(tmp_path) == [str(PurePosixPath(*["d" * 20] * 200))]
    with pytest.raises(PermissionError), opened(tmp_path, path):
        pass


def test_a_sample_is_of_the_start_the_middle_and_the_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"".join(b"%07d\n" % number for number in range(0, 800_000, 8)))
    with opened(tmp_path, PurePosixPath("a")) as file:
        sample = file.sample()
    places = [(int(some[:7]), len(some)) for some in (sample.start, sample.middle, sample.end)]
    assert places == [(0, SAMPLE), (400_000, SAMPLE), (800_000 - END, END)]
    (tmp_path / "a").write_bytes(b"short")
    with opened(tmp_path, PurePosixPath("a")) as file:
        assert file.sample() == Sample(b"short", b"", b"short")
