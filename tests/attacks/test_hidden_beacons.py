"""Somebody whose malware calls out at intervals, and who does what they can so that nobody sees it."""

from __future__ import annotations

import pytest

from limen.beacons import MOST_MACHINES, Beacons
from limen.clock import DAY, HOUR, MINUTE

NOW = 1_800_000_000_000
C2 = "45.155.205.9 443"


def found(beacons: Beacons, source: str, since: int, noise: int, to: str = C2) -> bool:
    """Whether a beacon every five minutes is seen beside so many other addresses in between."""
    for number in range(60):
        at = since + number * 5 * MINUTE
        for other in range(noise):
            beacons.connected(f"10.{other >> 8}.{other & 255}.{number}", f"8.8.{other >> 8}.{other & 255} 53", at)
        if beacons.connected(source, to, at) is not None:
            return True
    return False


def known(beacons: Beacons, *sources: str) -> None:
    """They connect to what everybody does, as on any day."""
    for number in range(10):
        for source in sources:
            beacons.connected(source, "1.1.1.1 443", NOW + number * MINUTE)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_taking_thousands_of_addresses_has_no_beacon_forgotten(is_restarted: bool) -> None:
    beacons = Beacons()
    known(beacons, "10.10.0.66")
    if is_restarted:
        snapshot, beacons = beacons.snapshot(), Beacons()
        beacons.restore(snapshot)
    assert found(beacons, "10.10.0.66", NOW + HOUR, MOST_MACHINES + 50)


def test_many_that_were_there_yesterday_leave_room_for_who_is_there_today() -> None:
    beacons = Beacons()
    known(beacons, *(f"10.20.{number >> 8}.{number & 255}" for number in range(MOST_MACHINES)))
    assert found(beacons, "10.10.0.66", NOW + DAY + HOUR, 0)
