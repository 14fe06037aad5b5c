from __future__ import annotations

import gzip
import io
from hashlib import sha256
from pathlib import Path

import pytest

from limen.backup.archive import ChangedError, sealing, write_archive
from limen.backup.errors import BackupError
from limen.backup.manifest import DATABASE, FORMAT, Entry, Manifest


def manifest_of(content: bytes, digest: str = "") -> Manifest:
    entry = Entry(DATABASE, len(content), digest or sha256(content).hexdigest())
    return Manifest(
        format=FORMAT, limen="0.1.0", schema="0001", company="x", at=1, revision="", apps=0, counts={}, journal={},
        epoch=0, files=(entry,),
    )  # fmt: skip


def test_any_tar_opens_what_is_written() -> None:
    import tarfile

    out, made = io.BytesIO(), manifest_of(b"abc")
    write_archive(out, made, [(made.files[0], b"abc")])
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(out.getvalue()))) as tar:
        assert tar.getnames() == ["manifest.json", DATABASE]
        member = tar.extractfile(DATABASE)
        assert member is not None
        assert member.read() == b"abc"


def test_a_file_that_changes_while_it_is_copied_is_noticed(tmp_path: Path) -> None:
    made = manifest_of(b"abc", "0" * 64)
    with pytest.raises(ChangedError, match="changed while"):
        write_archive(io.BytesIO(), made, [(made.files[0], b"abc")])
    (tmp_path / "short").write_bytes(b"ab")
    with pytest.raises(ChangedError, match="shorter"):
        write_archive(io.BytesIO(), made, [(made.files[0], tmp_path / "short")])


def test_what_is_no_recipient_is_said_to_be_none() -> None:
    with pytest.raises(BackupError, match="not an age recipient"), sealing(io.BytesIO(), "me@harbor.example"):
        pass
