from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

from limen.data.doors.share_files import GoneError, opened, write_beside


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
        found = write_beside(file, "a.limen.txt", "note"), (tmp_path / "a.limen.txt").stat()
        assert found[0] == (found[1].st_dev, found[1].st_ino)
        assert found[1].st_uid == file.owner
        with pytest.raises(FileExistsError):
            write_beside(file, "a.limen.txt", "another")
