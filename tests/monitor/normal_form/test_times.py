from __future__ import annotations

import pytest

from limen.clock import DAY, from_iso
from limen.monitor.normal_form.times import instant, of_access_log, of_syslog

AT = from_iso("2026-11-27T09:15:30.250Z")


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-27T09:15:30.250Z",
        "2026-11-27T10:15:30.250123+0100",
        "2026-11-27 09:15:30.2500000",
        AT,
        AT / 1_000,
        AT * 1_000,
        AT * 1_000_000,
        str(AT),
        f"{AT / 1_000:.3f}",
    ],
)
def test_each_way_of_writing_an_instant(written: object) -> None:
    assert instant(written) == AT


def test_a_time_without_a_zone_is_of_its_sources_zone() -> None:
    assert instant("2026-11-27T10:15:30.250", "Europe/Berlin") == AT
    assert instant("2026-11-27T09:15:30.250", "No/Where") == AT
    assert instant("2026-11-27T09:15:30.250", "../../etc/passwd") == AT


@pytest.mark.parametrize(
    "written", ["", "yesterday", "9" * 60, -1, True, None, 1 << 80, "0001-01-01T00:00:00+23:59", "nan", "1e400"]
)
def test_what_is_no_instant(written: object) -> None:
    assert instant(written) == 0


@pytest.mark.parametrize(
    ("written", "received", "at"),
    [
        ("Nov 27 09:15:30", "2026-11-27", "2026-11-27T09:15:30Z"),
        ("Dec 31 23:59:59", "2027-01-01", "2026-12-31T23:59:59Z"),
        ("Jan  1 00:00:01", "2026-12-31", "2027-01-01T00:00:01Z"),
        ("Feb 29 12:00:00", "2028-03-01", "2028-02-29T12:00:00Z"),
    ],
)
def test_a_time_without_a_year_is_of_the_nearest(written: str, received: str, at: str) -> None:
    assert of_syslog(written, from_iso(received) // DAY, "") == from_iso(at)


@pytest.mark.parametrize("written", ["Feb 30 12:00:00", "Now 27 09:15:30", "Nov 27", "Nov 27 25:00:00"])
def test_a_day_that_there_is_not(written: str) -> None:
    assert of_syslog(written, AT // DAY, "") == 0


def test_the_time_of_an_access_log() -> None:
    assert of_access_log("27/Nov/2026:10:15:30 +0100") == AT - 250
    assert of_access_log("27/Nov/:") == 0
