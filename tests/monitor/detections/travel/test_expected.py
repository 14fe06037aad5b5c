from __future__ import annotations

import pytest

from limen.monitor.detections.travel.expected import ExpectedTravel, is_expected

LISBON = ExpectedTravel("t_1", "p_eve", "PT", 100, 200)


@pytest.mark.parametrize(
    ("person", "country", "at", "expected"),
    [
        ("p_eve", "PT", 100, True),
        ("p_eve", "PT", 199, True),
        ("p_eve", "PT", 200, False),
        ("p_eve", "PT", 99, False),
        ("p_eve", "ES", 150, False),
        ("p_ada", "PT", 150, False),
    ],
)
def test_a_journey_covers_one_person_one_country_and_its_time(
    person: str, country: str, at: int, *, expected: bool
) -> None:
    assert is_expected([LISBON], person, country, at) is expected
    assert not is_expected([], person, country, at)
