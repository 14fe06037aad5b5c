from __future__ import annotations

from math import pi

import pytest
from hypothesis import given, strategies as st

from limen.clock import HOUR, MINUTE
from limen.monitor.detections.travel.distances import EARTH_KM, Point, distance_km, travel

VIENNA = Point("AT", "Vienna", 48.2082, 16.3738)
LISBON = Point("PT", "Lisbon", 38.7223, -9.1393)
SAO_PAULO = Point("BR", "São Paulo", -23.5505, -46.6333)
POINTS = st.builds(Point, st.just("AT"), st.just("x"), st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 5_000))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (VIENNA, LISBON, 2_300),
        (VIENNA, SAO_PAULO, 10_120),
        (Point("FJ", "Suva", -18.1, 179.9), Point("WS", "Apia", -13.8, -179.9), 479),
        (VIENNA, VIENNA, 0),
    ],
)
def test_distances_are_those_of_the_globe(one: Point, other: Point, km: int) -> None:
    assert distance_km(one, other) == pytest.approx(km, rel=0.01, abs=1)


@given(POINTS, POINTS)
def test_a_distance_is_the_same_both_ways_and_never_beyond_the_other_side(one: Point, other: Point) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-6)
    assert 0 <= distance_km(one, other) <= EARTH_KM * pi + 1


@given(POINTS, POINTS, st.integers(0, 24 * HOUR), st.integers(0, 24 * HOUR))
def test_more_time_never_makes_a_journey_impossible(one: Point, other: Point, took: int, longer: int) -> None:
    fast, slow = travel(one, other, took), travel(one, other, took + longer)
    assert fast is not None
    assert slow is not None
    assert fast.is_impossible or not slow.is_impossible


@pytest.mark.parametrize(
    ("other", "took", "is_impossible"),
    [
        (LISBON, 1 * HOUR, True),
        (LISBON, 2 * HOUR, True),
        (LISBON, 3 * HOUR, False),  # 2,000 km of it are certain: a flight
        (SAO_PAULO, 10 * HOUR, True),
        (SAO_PAULO, 12 * HOUR, False),
        (Point("AT", "Graz", 47.07, 15.44), MINUTE, False),  # 145 km, which databases are wrong by
        (Point("DE", "Berlin", 52.52, 13.4), 10 * MINUTE, True),
        (Point("DE", "", 51.2, 10.4), MINUTE, False),  # somewhere in Germany
        (Point("US", "", 37.8, -97.8), 4 * HOUR, True),
    ],
)
def test_what_is_certain_of_a_journey_decides(other: Point, took: int, *, is_impossible: bool) -> None:
    found = travel(VIENNA, other, took)
    assert found is not None
    assert found.is_impossible is is_impossible


def test_within_one_country_whose_cities_are_not_known_nobody_travels() -> None:
    assert travel(Point("US", "", 37.8, -97.8), Point("US", "Boston", 42.4, -71.1), MINUTE) is None
