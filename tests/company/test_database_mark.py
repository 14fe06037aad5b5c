from __future__ import annotations

from pathlib import Path

import pytest

from limen.company.database_mark import FILE, Mark, mark_in, refuse_elsewhere, write_mark
from limen.errors import LimenError

HALF = Mark("sqlite-place", "server-place", 1_795_000_000_000, is_done=False)
DONE = Mark("sqlite-place", "server-place", 1_795_000_000_000, is_done=True)


def test_without_a_mark_any_place_will_do(tmp_path: Path) -> None:
    assert mark_in(tmp_path) is None
    refuse_elsewhere(tmp_path, "anywhere")


@pytest.mark.parametrize("place", ["sqlite-place", "server-place"])
def test_a_half_moved_database_is_refused_on_both_sides_with_the_way_back(tmp_path: Path, place: str) -> None:
    write_mark(tmp_path, HALF)
    with pytest.raises(LimenError) as refused:
        refuse_elsewhere(tmp_path, place)
    assert "--back" in refused.value.fix


def test_a_moved_database_is_where_it_went_and_nowhere_else(tmp_path: Path) -> None:
    write_mark(tmp_path, DONE)
    refuse_elsewhere(tmp_path, "server-place")
    with pytest.raises(LimenError) as refused:
        refuse_elsewhere(tmp_path, "sqlite-place")
    assert "limen migrate-database sqlite-place" in refused.value.fix


def test_a_mark_that_can_not_be_read_is_no_missing_mark(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(LimenError):
        refuse_elsewhere(tmp_path, "anywhere")
