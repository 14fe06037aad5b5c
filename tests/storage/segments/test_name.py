from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import HOUR
from limen.storage.segments.name import LARGEST, Name, segments_in

AT = 1_800_000_000_000


@pytest.mark.parametrize("name", [Name(1, AT), Name(99_999_999, AT, is_sealed=True)])
def test_a_name_is_read_as_it_was_written(name: Name) -> None:
    assert Name.of(Path("/x") / str(name)) == name


@pytest.mark.parametrize("name", ["1-2.jsonl", "00000001-1800000000000.jsonl.part", "00000001-1800000000000.PARQUET"])
def test_what_is_no_segment_has_no_name(name: str) -> None:
    assert Name.of(Path(name)) is None


def test_a_segment_is_over_with_its_hour_or_when_it_is_large_but_never_while_empty() -> None:
    name = Name(1, AT)
    assert not name.is_over(0, AT + HOUR)
    assert not name.is_over(1, AT)
    assert name.is_over(1, AT + HOUR)
    assert name.is_over(LARGEST, AT)


def test_segments_are_listed_in_the_order_of_the_chain_an_open_one_before_its_sealed_form(tmp_path: Path) -> None:
    names = [Name(2, AT), Name(1, AT, is_sealed=True), Name(1, AT)]
    for name in names:
        (tmp_path / str(name)).touch()
    (tmp_path / "lock").touch()
    assert [name for name, _ in segments_in(tmp_path)] == [names[2], names[1], names[0]]
