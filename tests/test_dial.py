from __future__ import annotations

import pytest
from tests.dial import PARTS, floor, size, turned_to


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, "work"),
        ({"LIMEN_TESTS": "quick"}, "quick"),
        ({"LIMEN_REQUIRE_ALL": "1"}, "ci"),
        ({"CI": "true"}, "ci"),
        ({"CI": "true", "LIMEN_TESTS": "quick"}, "quick"),
    ],
)
def test_it_is_full_in_continuous_integration_and_as_asked(environment: dict[str, str], place: str) -> None:
    assert turned_to(environment) == place


def test_a_place_that_is_not_on_it_is_refused() -> None:
    with pytest.raises(SystemExit, match="ful"):
        turned_to({"LIMEN_TESTS": "ful"})


def test_full_is_full_and_nothing_is_tried_less_than_it_needs() -> None:
    assert PARTS["ci"] == 1
    assert (size(1_000, part=1), size(1_000, part=4), size(1_000, part=20)) == (1_000, 250, 50)
    assert (size(12, part=20), size(3, part=20), size(12, least=1, part=20)) == (5, 3, 1)
    assert (floor(300, part=1), floor(300, part=4), floor(5, part=20)) == (300, 37, 0)
