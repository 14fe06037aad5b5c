from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.files import KeyFiles, unwrapped_by, wrapped_by

ONE, OTHER = "sk_00000001", "sk_00000002"


def test_each_key_has_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path / "keys")
    files.make(ONE)
    files.make(OTHER)
    path = tmp_path / "keys" / f"{ONE}.key"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    wrapped = files.wrap(ONE, b"secret")
    assert b"secret" not in wrapped
    assert files.unwrap(ONE, wrapped) == b"secret"
    for key_id, text in ((OTHER, wrapped), (ONE, wrapped[:-1]), (ONE, b"")):
        with pytest.raises(SealedError):
            files.unwrap(key_id, text)


def test_what_is_destroyed_is_written_over_and_gone(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    files.make(ONE)
    wrapped = files.wrap(ONE, b"secret")
    (tmp_path / "same").hardlink_to(tmp_path / f"{ONE}.key")
    files.destroy(ONE)
    assert set((tmp_path / "same").read_bytes()) == {0}
    files.destroy(ONE)  # nothing is left to do
    with pytest.raises(SealedError):
        files.unwrap(ONE, wrapped)


def test_a_key_that_others_can_read_or_that_is_there_already_is_refused(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    files.make(ONE)
    with pytest.raises(SealedError):
        files.make(ONE)
    (tmp_path / f"{ONE}.key").chmod(0o644)
    with pytest.raises(SealedError):
        files.wrap(ONE, b"secret")


def test_wrapping_names_the_key() -> None:
    wrapped = wrapped_by(bytes(32), ONE, b"secret")
    assert unwrapped_by(bytes(32), ONE, wrapped) == b"secret"
    with pytest.raises(SealedError):
        unwrapped_by(bytes(32), OTHER, wrapped)
