from __future__ import annotations

from pathlib import Path

import pytest

from limen.privacy.tombstones import FILE, read_tombstones, write_tombstones


def test_the_list_only_grows_and_holds_ids_and_dates_alone(tmp_path: Path) -> None:
    assert read_tombstones(tmp_path) == {}
    write_tombstones(tmp_path, [("p_a", 1_800_000_000_000)])
    write_tombstones(tmp_path, [("p_b", 1_800_000_001_000)])
    write_tombstones(tmp_path, [("p_a", 1_900_000_000_000)])
    assert read_tombstones(tmp_path) == {"p_a": 1_800_000_000_000, "p_b": 1_800_000_001_000}
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_no_line_of_ours_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\np_a\np_a 2026-13-99T99:99:99.000Z\n; drop\np_c 2026-01-01T00:00:00.000Z\n")
    assert list(read_tombstones(tmp_path)) == ["p_c"]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="link"):
        read_tombstones(tmp_path)
