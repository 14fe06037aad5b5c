"""Files: whole or not there at all, for their owner only, and with new keys without a new payload."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from limen.data.sealing import files, header
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError

ADA, BEN, RECOVERY = Identity.new(), Identity.new(), Identity.new()
CONTENT = bytes(range(256)) * 1_000


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sealed_for(path: Path, *recipients: Recipient) -> files.Sealed:
    return files.seal(io.BytesIO(CONTENT), path, recipients)


def content_by(path: Path, identity: Identity) -> bytes:
    target = io.BytesIO()
    files.open_into(path, target, files.file_key_of(path, [identity])[0])
    return target.getvalue()


def test_what_is_sealed_opens_for_each_recipient(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    sealed = sealed_for(path, ADA.recipient, RECOVERY.recipient)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sealed.payload_blake3 == files.payload_digest(path)
    assert sealed.document == files.document_id(files.file_key_of(path, [ADA])[0])
    assert str(sealed.file_key) not in repr(sealed)
    key, by = files.file_key_of(path, [RECOVERY])
    assert by == RECOVERY
    assert files.open_with(path, tmp_path / "a", key) == sealed.payload_blake3
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_another_key_and_a_changed_header_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    sealed = sealed_for(path, ADA.recipient)
    with pytest.raises(SealedError):
        files.file_key_of(path, [BEN])
    other = header.written(sealed.file_key, [BEN.recipient])[:-3] + b"AA\n"
    path.write_bytes(other + path.read_bytes()[len(other) :])
    with pytest.raises(SealedError):
        files.file_key_of(path, [BEN])
    with pytest.raises(SealedError):
        files.open_with(path, tmp_path / "a", sealed.file_key)
    assert not (tmp_path / "a").exists()


def test_nothing_is_left_of_what_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    key = sealed_for(path, ADA.recipient).file_key
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SealedError):
        files.open_with(path, tmp_path / "a", key)
    with pytest.raises(ZeroDivisionError), files.new_file(tmp_path / "b"):
        raise ZeroDivisionError
    assert names_in(tmp_path) == ["a.age"]


def test_nothing_is_written_over_and_no_link_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "there").write_text("mine")
    for name in ("link", "there"):
        with pytest.raises(SealedError):
            sealed_for(tmp_path / name, ADA.recipient)
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("more", [(), (RECOVERY.recipient,)])
def test_new_keys_leave_the_payload_as_it_is(tmp_path: Path, more: tuple[Recipient, ...]) -> None:
    path = tmp_path / "a.age"
    sealed = sealed_for(path, ADA.recipient)
    before = path.stat()
    files.rewrap(path, sealed.file_key, (BEN.recipient, *more))
    assert (path.stat().st_ino == before.st_ino) is not more  # of the same length: in place
    assert files.payload_digest(path) == sealed.payload_blake3
    assert content_by(path, BEN) == CONTENT
    with pytest.raises(SealedError):
        files.file_key_of(path, [ADA])
    assert names_in(tmp_path) == ["a.age"]


@pytest.mark.parametrize("written", [0, 1, 40, 200])
def test_a_change_of_keys_that_was_killed_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    path = tmp_path / "a.age"
    key = sealed_for(path, ADA.recipient).file_key

    def killed(handle: int, data: bytes) -> None:
        os.write(handle, data[:written])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "write_all", killed)
        with pytest.raises(KeyboardInterrupt):
            files.rewrap(path, key, [BEN.recipient])
    files.finish_rewrap(path)
    assert content_by(path, BEN) == CONTENT
    assert names_in(tmp_path) == ["a.age"]


def test_what_stands_beside_another_file_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same name took the place of the one whose keys were changed."""
    path = tmp_path / "a.age"
    key = sealed_for(path, ADA.recipient).file_key
    with monkeypatch.context() as patched:
        patched.setattr(files, "finish_rewrap", lambda _: None)
        files.rewrap(path, key, [BEN.recipient])
    path.unlink()
    sealed_for(path, RECOVERY.recipient)
    files.finish_rewrap(path)
    assert content_by(path, RECOVERY) == CONTENT
    assert names_in(tmp_path) == ["a.age"]
