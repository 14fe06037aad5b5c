from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.files import file_sha256
from limen.storage.segments.name import Name
from limen.storage.segments.replacing import SEALING, put_sealed, replace_sealed, tidy

OPEN, SEALED = Name(1, 1_800_000_000_000), Name(1, 1_800_000_000_000, is_sealed=True)
NEW = ".replacing"


class StoppedError(Exception):
    pass


def stop() -> None:
    raise StoppedError


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """What a child wrote, where it goes, and the segment that it is to replace."""
    part, sealed, segment = tmp_path / f"x{SEALING}", tmp_path / str(SEALED), tmp_path / str(OPEN)
    part.write_bytes(b"new")
    segment.write_bytes(b"old")
    return part, sealed, segment


def test_a_sealed_file_takes_the_place_of_its_segment(tmp_path: Path, files: tuple[Path, Path, Path]) -> None:
    put_sealed(*files, lambda: None)
    assert names(tmp_path) == {str(SEALED)}
    assert (tmp_path / str(SEALED)).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("is_listed", "left"), [(False, OPEN), (True, SEALED)])
def test_after_a_stop_the_list_tells_which_of_the_two_counts(
    tmp_path: Path, files: tuple[Path, Path, Path], is_listed: bool, left: Name
) -> None:
    with pytest.raises(StoppedError):
        put_sealed(*files, stop)
    (tmp_path / f"y{SEALING}").touch()
    tidy(tmp_path, {1: file_sha256(tmp_path / str(SEALED))} if is_listed else {}, NEW)
    assert names(tmp_path) == {str(left)}


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_file_that_is_replaced_is_old_or_new_as_the_list_says(tmp_path: Path, is_listed: bool) -> None:
    sealed, part = tmp_path / str(SEALED), tmp_path / f"{SEALED}{NEW}"
    sealed.write_bytes(b"old")
    part.write_bytes(b"new")
    with pytest.raises(StoppedError):
        replace_sealed(part, sealed, stop)
    tidy(tmp_path, {1: file_sha256(part if is_listed else sealed)}, NEW)
    assert names(tmp_path) == {str(SEALED)}
    assert sealed.read_bytes() == (b"new" if is_listed else b"old")


def test_without_a_stop_the_new_file_is_in_place(tmp_path: Path) -> None:
    sealed, part = tmp_path / str(SEALED), tmp_path / f"{SEALED}{NEW}"
    sealed.write_bytes(b"old")
    part.write_bytes(b"new")
    seen: list[bytes] = []
    replace_sealed(part, sealed, lambda: seen.append(sealed.read_bytes()))
    assert (seen, sealed.read_bytes(), names(tmp_path)) == ([b"old"], b"new", {str(SEALED)})
