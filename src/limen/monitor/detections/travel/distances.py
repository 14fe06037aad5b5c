"""How far apart two places are at least, and how fast somebody would have travelled between them. Pure arithmetic.

Databases of addresses are wrong by hundreds of kilometres now and then: of 60,000 addresses for which two of them name
a city, the cities are 15 km apart in the median and 617 km at the 90th percentile. So how far off each place may be is
taken off the distance first, and what is left has to be more than a flight would cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from limen.clock import HOUR, MINUTE, Milliseconds

EARTH_KM: Final = 6_371.0
CITY_KM: Final = 150
"""How far off a city may be where the database does not say; where it does, no less than `LEAST_OFF_KM`."""
LEAST_OFF_KM: Final = 50
COUNTRY_KM: Final = 1_000
LARGE_COUNTRY_KM: Final = 2_500
"""How far off a point may be that stands for a whole country."""
LARGE: Final = frozenset({"AR", "AU", "BR", "CA", "CN", "DZ", "IN", "KZ", "RU", "US"})
LEAST_KM: Final = 100
"""Less than that, once both uncertainties are taken off, says nothing."""
FASTEST_KMH: Final = 900
"""An airliner; getting to it and away from it is on top."""
BETWEEN_CLOCKS: Final[Milliseconds] = 10 * MINUTE
"""How far the clocks of two sources may be apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where somebody was: degrees, and how many km off that may be. `city` is "" where only the country is known."""

    country: str
    city: str
    latitude: float
    longitude: float
    radius_km: int = 0

    @property
    def uncertainty_km(self) -> int:
        """How far off it may be."""
        if self.city:
            return max(self.radius_km, LEAST_OFF_KM) if self.radius_km else CITY_KM
        return max(self.radius_km, LARGE_COUNTRY_KM if self.country in LARGE else COUNTRY_KM)

    @property
    def name(self) -> str:
        """As people read it."""
        return f"{self.city}, {self.country}" if self.city else self.country


@dataclass(frozen=True, slots=True)
class Travel:
    """What a journey would have been: the distance as the crow flies, what of it is certain, and the time it took."""

    km: int
    certain_km: int
    took: Milliseconds

    @property
    def kmh(self) -> int:
        """How fast, of what is certain; within a minute it counts as a minute."""
        return round(self.certain_km / (max(self.took, MINUTE) / HOUR))

    @property
    def is_impossible(self) -> bool:
        """Whether nobody travels like that."""
        return self.certain_km >= LEAST_KM and self.kmh > FASTEST_KMH


def distance_km(one: Point, other: Point) -> float:
    """The great-circle distance (haversine), in km."""
    up, along = radians(other.latitude - one.latitude) / 2, radians(other.longitude - one.longitude) / 2
    squared = sin(up) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(along) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, squared)))


def travel(one: Point, other: Point, took: Milliseconds) -> Travel | None:
    """The journey from one to the other; None where nothing is known of both but that they are in one country."""
    if one.country == other.country and not (one.city and other.city):
        return None
    km = distance_km(one, other)
    certain = max(0.0, km - one.uncertainty_km - other.uncertainty_km)
    return Travel(round(km), round(certain), abs(took))
