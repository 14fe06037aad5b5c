from __future__ import annotations

from limen.configuration.differing import differing


def test_what_came_went_and_changed_is_told_by_name_and_nothing_else() -> None:
    found = list(differing({"d": 1, "b": 2, "a": 3}, {"c": 4, "b": 5, "a": 3}))
    assert found == [("b", 2, 5), ("c", None, 4), ("d", 1, None)]
