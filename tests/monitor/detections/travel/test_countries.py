from __future__ import annotations

import re

import pytest
from babel import Locale

from limen.monitor.detections.travel.countries import CENTRES
from limen.monitor.detections.travel.distances import Point, distance_km

NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
"""What CLDR has beside ISO 3166-1."""


def test_every_country_has_its_middle() -> None:
    every = {code for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", code)}
    assert set(CENTRES) == every - NO_COUNTRIES


def test_each_is_on_the_globe() -> None:
    assert all(-90 <= latitude <= 90 and -180 <= longitude <= 180 for latitude, longitude in CENTRES.values())


@pytest.mark.parametrize(
    ("code", "latitude", "longitude", "within_km"),
    [
        ("AT", 48.21, 16.37, 300),
        ("PT", 38.72, -9.14, 300),
        ("BR", -15.79, -47.88, 1_200),
        ("US", 38.9, -77.0, 2_000),
        ("AU", -35.3, 149.1, 2_000),
        ("JP", 35.7, 139.7, 400),
        ("IN", 28.6, 77.2, 900),
        ("RU", 55.75, 37.6, 1_500),
        ("ZA", -25.7, 28.2, 600),
        ("CN", 39.9, 116.4, 1_400),
        ("NZ", -41.3, 174.8, 300),
        ("CL", -33.4, -70.7, 400),
        ("NO", 59.9, 10.75, 600),
        ("KE", -1.3, 36.8, 400),
    ],
)
def test_capitals_are_near_it(code: str, latitude: float, longitude: float, within_km: int) -> None:
    centre = Point(code, "", *CENTRES[code])
    assert distance_km(centre, Point(code, "x", latitude, longitude)) < within_km
