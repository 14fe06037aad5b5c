"""Backups that somebody else had a hand in: nothing of them reaches a disk, a database or an engine."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import msgspec
import pytest
from tests.backup.saved_company import Served, serve_once

from limen.backup.archive import reading
from limen.backup.errors import BackupUnfitError
from limen.backup.manifest import DATABASE, FORMAT, Entry, Manifest, read_manifest, signed
from limen.backup.restore import restore
from limen.clock import SystemClock
from limen.storage.keyring import journal_key

NOW = SystemClock().now


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Served, bytes]:
    """A company, and the tar of a good backup."""
    at = tmp_path_factory.mktemp("house")
    served = serve_once(at)
    served.back_up(at / "b.tar.gz")
    return served, gzip.decompress((at / "b.tar.gz").read_bytes())


def refused(tmp_path: Path, key: bytes, packed: bytes) -> str:
    file = tmp_path / "hostile.tar.gz"
    file.write_bytes(packed)
    with pytest.raises(BackupUnfitError) as error:
        restore(file, tmp_path / "there", NOW(), key=key)
    assert not (tmp_path / "there" / "data" / "limen.db").exists()
    assert not (tmp_path / "there" / "data" / ".restoring").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["hostile.tar.gz", "there"]
    return str(error.value)


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(out.getvalue())


def manifest(*entries: Entry) -> Manifest:
    return Manifest(
        format=FORMAT, limen="0.1.0", schema="0001", company="x", at=1, revision="", apps=0, counts={}, journal={},
        epoch=0, files=(Entry(DATABASE, 3, "0" * 64), *entries),
    )  # fmt: skip


def test_one_bit_anywhere_is_found(house: tuple[Served, bytes], tmp_path: Path) -> None:
    served, tar = house
    at = tar.index(b"SQLite format 3") + 4_000
    assert "was changed" in refused(tmp_path, served.key, gzip.compress(tar[:at] + b"\x5a" + tar[at + 1 :]))


def test_a_rewritten_list_of_contents_is_not_signed(house: tuple[Served, bytes], tmp_path: Path) -> None:
    served, tar = house
    assert "did not sign" in refused(tmp_path, served.key, gzip.compress(tar.replace(b'"epoch":0', b'"epoch":9', 1)))


def test_another_companys_key_opens_nothing(house: tuple[Served, bytes], tmp_path: Path) -> None:
    assert "did not sign" in refused(tmp_path, b"k" * 32, gzip.compress(house[1]))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "journal/../../evil", "journal/main/../x.jsonl", "limen.toml"]
)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    written = msgspec.json.encode(signed(manifest(Entry(name, 1, "0" * 64)), journal_key(b"k" * 32)))
    with pytest.raises(BackupUnfitError, match="don't belong in a backup"):
        read_manifest(written)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_no_members(tmp_path: Path, kind: bytes) -> None:
    first = msgspec.json.encode(signed(manifest(), journal_key(b"k" * 32)))
    member = tarfile.TarInfo(DATABASE)
    member.type, member.linkname = kind, "/etc/shadow" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
    packed = tar_of((tarfile.TarInfo("manifest.json"), first), (member, b""))
    assert "not a regular file" in refused(tmp_path, b"k" * 32, packed)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A member says that it is huge, or a long name is; neither is read."""
    big = signed(manifest(Entry("master.key", 1 << 50, "0" * 64)), journal_key(b"k" * 32))
    packed = tar_of((tarfile.TarInfo("manifest.json"), msgspec.json.encode(big)))
    assert "not enough space" in refused(tmp_path, b"k" * 32, packed)
    first = tarfile.TarInfo("manifest.json")
    first.size = 1 << 32
    file = tmp_path / "second.tar.gz"
    file.write_bytes(gzip.compress(first.tobuf(tarfile.USTAR_FORMAT)))
    with pytest.raises(BackupUnfitError, match="not a Limen backup"), reading(file):
        pass


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", b"PK\x03\x04", b"x" * 2_000, gzip.compress(b"x" * 2_000)],
    ids=["empty", "gzip-begins", "zip", "letters", "gzip"],
)
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    assert "backup" in refused(tmp_path, b"k" * 32, content)


def test_a_cut_backup_and_one_from_a_newer_limen_are_refused(house: tuple[Served, bytes], tmp_path: Path) -> None:
    served, tar = house
    assert "is incomplete" in refused(tmp_path, served.key, gzip.compress(tar[: len(tar) // 2]))
    newer = signed(msgspec.structs.replace(manifest(), schema="9999"), journal_key(served.key))
    file = tmp_path / "newer.tar.gz"
    file.write_bytes(tar_of((tarfile.TarInfo("manifest.json"), msgspec.json.encode(newer))))
    with pytest.raises(Exception, match="9999"):
        restore(file, tmp_path / "there", NOW(), key=served.key)
