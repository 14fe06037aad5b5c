"""Where what reads so was written."""

from __future__ import annotations

from limen.data.normalising.origins import Origins


def test_places() -> None:
    origins = Origins(100)
    origins.add(10, 10)
    origins.add(6, 1)
    origins.add(4, 4)
    assert origins.span(0, 10) == (100, 110)
    assert origins.span(10, 11) == (110, 116)
    assert origins.span(9, 12) == (109, 117)
    assert origins.span(11, 15) == (116, 120)


def test_what_is_forgotten_changes_no_place_behind() -> None:
    origins = Origins(0)
    for _ in range(50):
        origins.add(3, 1)
        origins.add(2, 2)
    before = origins.span(120, 130)
    origins.forget(110)
    assert origins.span(120, 130) == before
    assert len(origins._reads) < 60
