"""All eleven, in their order."""

from __future__ import annotations

from limen.roadmap.identity.controls import CONTROLS


def test_they_are_eleven_and_all_are_needed() -> None:
    assert [one.id for one in CONTROLS] == [f"I{number}" for number in range(1, 12)]
    assert all(one.is_must for one in CONTROLS)
