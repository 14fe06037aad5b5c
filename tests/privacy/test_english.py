from __future__ import annotations

from limen.privacy import english


def test_numbers_are_said_as_people_say_them() -> None:
    assert english.group("Administrators", 1) == "Administrators (1 person)"
    assert english.group("Administrators", 2) == "Administrators (2 people)"
    kept = english.kept(1, 90, 0, 30, 7, 12.0, 7)
    assert "with the facts: 1 day," in kept[0]
    assert "until somebody erases them" in kept[2]
    assert "12 hours" in kept[4]
    assert "NOT encrypted" in english.measures(is_https=False)[-1]
