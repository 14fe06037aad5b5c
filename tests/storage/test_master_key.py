from __future__ import annotations

import stat
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from limen.storage.errors import KeyUnusableError
from limen.storage.master_key import make_key_file, master_key, read_key_file

KEY = bytes(range(32))
WRITTEN = urlsafe_b64encode(KEY).decode()


def test_the_first_start_makes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master"
    key = master_key(file, {})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert master_key(file, {}) == key
    assert len(key) == 32


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    make_key_file(tmp_path / "master")
    with pytest.raises(FileExistsError):
        make_key_file(tmp_path / "master")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_file_that_others_may_touch_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "master"
    make_key_file(file)
    file.chmod(mode)
    with pytest.raises(KeyUnusableError) as refused:
        read_key_file(file)
    assert refused.value.fix == f"chmod 600 {file}"


def test_the_environment_comes_first_then_systemd_then_the_file(tmp_path: Path) -> None:
    credential = tmp_path / "limen-master-key"
    credential.write_text(urlsafe_b64encode(b"s" * 32).decode())
    credential.chmod(0o400)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert master_key(tmp_path / "file", environ) == b"s" * 32
    assert master_key(tmp_path / "file", {**environ, "LIMEN_MASTER_KEY": WRITTEN.rstrip("=")}) == KEY
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("written", ["", "short", WRITTEN + "AAAA", "ä" * 43, "!" * 44])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, written: str) -> None:
    file = tmp_path / "master"
    file.write_text(written)
    file.chmod(0o600)
    with pytest.raises(KeyUnusableError) as refused:
        read_key_file(file)
    assert not written or written not in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusableError, match="can't be read"):
        read_key_file(tmp_path / "absent")
