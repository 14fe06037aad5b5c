"""Folders as one sealed file."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from limen.data.sealing import files, folders, unpacking
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError

ADA = Identity.new()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sealed(folder: Path, target: Path) -> bytes:
    with folders.packed(folder) as source:
        return files.seal(source, target, [ADA.recipient]).file_key


def opened(path: Path, target: Path, key: bytes) -> None:
    with folders.unpacked(target, path.name) as pipe:
        files.open_into(path, pipe, key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "in" / "empty").mkdir()
    (tmp_path / "in" / "deep" / "ä ö.txt").write_text("salaries")
    (tmp_path / "in" / "large").write_bytes(os.urandom(3_000_000))
    (tmp_path / "in" / "deep" / "link").symlink_to("../large")
    return tmp_path / "in"


def test_a_folder_comes_back_as_it_was(tmp_path: Path, folder: Path) -> None:
    key = sealed(folder, tmp_path / "in.tar.age")
    assert folders.size_of(folder) == 3_000_008
    assert b"deep" not in (tmp_path / "in.tar.age").read_bytes()
    opened(tmp_path / "in.tar.age", tmp_path / "out", key)
    assert sorted(str(one.relative_to(tmp_path / "out")) for one in (tmp_path / "out").rglob("*")) == [
        "deep",
        "deep/er",
        "deep/link",
        "deep/ä ö.txt",
        "empty",
        "large",
    ]
    assert (tmp_path / "out" / "large").read_bytes() == (folder / "large").read_bytes()
    assert (tmp_path / "out" / "deep" / "link").readlink() == Path("../large")


def test_a_folder_that_is_named_by_a_link_is_sealed(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "named").symlink_to(folder)
    key = sealed(tmp_path / "named", tmp_path / "in.tar.age")
    opened(tmp_path / "in.tar.age", tmp_path / "out", key)
    assert names_in(tmp_path / "out") == names_in(folder)


def test_what_was_changed_leaves_no_folder(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "in.tar.age"
    key = sealed(folder, path)
    text = bytearray(path.read_bytes())
    text[-1_000_000] ^= 1
    path.write_bytes(text)
    with pytest.raises(SealedError):
        opened(path, tmp_path / "out", key)
    assert names_in(tmp_path) == ["in", "in.tar.age"]


def test_what_exists_is_not_written_over(tmp_path: Path, folder: Path) -> None:
    key = sealed(folder, tmp_path / "in.tar.age")
    with pytest.raises(SealedError):
        opened(tmp_path / "in.tar.age", folder, key)


def test_what_can_not_be_read_is_not_left_out(tmp_path: Path, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(SealedError):
        sealed(folder, tmp_path / "in.tar.age")
    assert not (tmp_path / "in.tar.age").exists()
    (folder / "pipe").unlink()
    (folder / "out").symlink_to("/etc/passwd")
    with pytest.raises(SealedError):
        sealed(folder, tmp_path / "in.tar.age")  # it would never be opened again
    with pytest.raises(OSError, match="missing"):
        sealed(tmp_path / "missing", tmp_path / "in.tar.age")


def hostile(member: tarfile.TarInfo) -> bytes:
    text = io.BytesIO()
    with tarfile.open(fileobj=text, mode="w") as tar:
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    return text.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    one = tarfile.TarInfo(name)
    one.type, one.linkname = kind, link
    return one


@pytest.mark.parametrize(
    "text",
    [
        hostile(member("../out-of-it")),
        hostile(member("/tmp/limen-out-of-it")),
        hostile(member("link", tarfile.SYMTYPE, "/etc/passwd")),
        hostile(member("link", tarfile.SYMTYPE, "../../elsewhere")),
        hostile(member("hard", tarfile.LNKTYPE, "../in/large")),
        hostile(member("device", tarfile.CHRTYPE)),
        b"no tar at all" * 100,
    ],
)
def test_a_tar_that_leads_out_of_its_folder_is_refused(tmp_path: Path, text: bytes) -> None:
    key = files.seal(io.BytesIO(text), tmp_path / "a.tar.age", [ADA.recipient]).file_key
    names = names_in(tmp_path)
    if b"/tmp/limen" in text:  # an absolute name is taken as one below the folder (PEP 706)
        opened(tmp_path / "a.tar.age", tmp_path / "out", key)
        assert (tmp_path / "out" / "tmp" / "limen-out-of-it").exists()
        assert not Path("/tmp/limen-out-of-it").exists()
        return
    with pytest.raises(SealedError):
        opened(tmp_path / "a.tar.age", tmp_path / "out", key)
    assert names_in(tmp_path) == names


def test_a_tar_of_too_many_is_refused(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 3)
    key = sealed(folder, tmp_path / "in.tar.age")
    with pytest.raises(SealedError):
        opened(tmp_path / "in.tar.age", tmp_path / "out", key)
    assert not (tmp_path / "out").exists()
