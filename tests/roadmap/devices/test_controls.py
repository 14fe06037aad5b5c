from __future__ import annotations

from limen.roadmap.devices.controls import CONTROLS
from limen.roadmap.model import Phase


def test_they_are_ten_and_seven_close_the_phase() -> None:
    assert [one.id for one in CONTROLS] == [f"D{n}" for n in range(1, 11)]
    assert {one.phase for one in CONTROLS} == {Phase.DEVICES}
    assert [one.id for one in CONTROLS if not one.is_must] == ["D5", "D9", "D10"]
