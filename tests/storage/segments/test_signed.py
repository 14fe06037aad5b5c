from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from limen.storage.segments.link import Signer
from limen.storage.segments.signed import SignedFile, is_genuine, read_genuine, signed, write_signed

SIGNER = Signer("main", (b"k" * 32,))


class Reach(SignedFile, frozen=True, kw_only=True):
    n: int
    mac: str = ""


class Other(SignedFile, frozen=True, kw_only=True):
    n: int
    mac: str = ""


def test_what_is_signed_is_genuine_as_its_own_kind_with_one_of_the_keys() -> None:
    value = signed(Reach(n=1), SIGNER)
    assert is_genuine(value, SIGNER)
    assert is_genuine(value, Signer("main", (b"x" * 32, b"k" * 32)))
    assert not is_genuine(value, Signer("main", (b"x" * 32,)))
    assert not is_genuine(msgspec.structs.replace(value, n=2), SIGNER)
    assert not is_genuine(Other(n=1, mac=value.mac), SIGNER)


def test_a_file_reads_back_only_to_the_byte(tmp_path: Path) -> None:
    path, problems = tmp_path / "c", list[str]()
    assert read_genuine(path, Reach, SIGNER, problems.append) is None
    written = write_signed(path, Reach(n=1), SIGNER)
    assert read_genuine(path, Reach, SIGNER, problems.append) == signed(Reach(n=1), SIGNER)
    assert problems == []
    for changed in (written + b" ", written.replace(b'"n":1', b'"n":2'), b"", b"{", b"\xff", b"[" * 100_000):
        path.write_bytes(changed)
        assert read_genuine(path, Reach, SIGNER, problems.append) is None
    assert len(problems) == 6


def test_without_a_key_the_signature_is_not_looked_at(tmp_path: Path) -> None:
    path, problems = tmp_path / "c", list[str]()
    write_signed(path, Reach(n=1), Signer("main", (b"x" * 32,)))
    found = read_genuine(path, Reach, None, problems.append)
    assert (found and found.n, problems) == (1, [])


@pytest.mark.parametrize("mode", [0o077])
def test_what_is_written_is_its_owners_only(tmp_path: Path, mode: int) -> None:
    write_signed(tmp_path / "c", Reach(n=1), SIGNER)
    assert (tmp_path / "c").stat().st_mode & mode == 0
