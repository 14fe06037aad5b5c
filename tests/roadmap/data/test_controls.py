"""The controls of this phase: all of them, in their order."""

from __future__ import annotations

from limen.roadmap.data.controls import CONTROLS
from limen.roadmap.model import Phase


def test_all_are_there() -> None:
    assert [one.id for one in CONTROLS] == [f"P{number}" for number in range(1, 12)]
    assert {one.phase for one in CONTROLS} == {Phase.DATA}
