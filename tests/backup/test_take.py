from __future__ import annotations

from pathlib import Path

import pytest
from tests.backup.saved_company import ADA, SEED, Served
from tests.storage.small_disk import small_disk

from limen.backup.archive import reading
from limen.backup.errors import BackupError
from limen.storage.master_key import written_key


def test_it_says_what_it_holds_and_only_its_owner_reads_it(served: Served, tmp_path: Path) -> None:
    made = served.back_up(tmp_path / "b.tar.gz")
    assert (made.counts["people"], made.apps, made.counts["revisions"]) == (1, made.apps, 1)
    assert made.journal["main"].first == 1
    assert made.journal["main"].last > 1
    assert not made.has_key
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.tar.gz", "company"]
    with reading(tmp_path / "b.tar.gz") as archive:
        assert archive.manifest == made


def test_neither_key_nor_seed_lies_in_it_unless_asked_and_then_it_must_be_sealed(
    served: Served, tmp_path: Path
) -> None:
    import gzip

    import pyrage

    served.back_up(tmp_path / "b.tar.gz")
    plain = gzip.decompress((tmp_path / "b.tar.gz").read_bytes())
    assert ADA.email.encode() in plain
    assert SEED not in plain
    assert served.key not in plain
    assert written_key(served.key).encode() not in plain
    with pytest.raises(BackupError, match="must be encrypted"):
        served.back_up(tmp_path / "c.tar.gz", with_key=True)
    identity = pyrage.x25519.Identity.generate()
    made = served.back_up(tmp_path / "c.age", with_key=True, recipient=str(identity.to_public()))
    assert made.has_key
    assert ADA.email.encode() not in (tmp_path / "c.age").read_bytes()
    with pytest.raises(BackupError, match="encrypted"), reading(tmp_path / "c.age"):
        pass
    with reading(tmp_path / "c.age", str(identity)) as archive:
        assert archive.manifest == made


def test_another_file_is_never_overwritten(served: Served, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    with pytest.raises(BackupError, match="already exists"):
        served.back_up(tmp_path / "b.tar.gz")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BackupError, match="already exists"):
        served.back_up(tmp_path / "link")


def test_a_full_disk_leaves_nothing_of_a_backup(served: Served, tmp_path: Path) -> None:
    import secrets

    noise = served.root / "data" / "journal" / "main" / "checkpoint-1.evidence"
    noise.write_bytes(secrets.token_bytes(1 << 20))
    with small_disk(tmp_path, 1, "a backup onto a full disk") as disk:
        with pytest.raises(BackupError, match="disk is full"):
            served.back_up(disk / "b.tar.gz")
        assert list(disk.iterdir()) == []
