from __future__ import annotations

from limen.storage.segments.report import Report


def test_it_is_well_where_nothing_is_named() -> None:
    assert Report(5, (), ("5 intact",)).ok
    assert not Report(5, ("gone",), ("gone",)).ok
