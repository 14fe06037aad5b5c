"""Which doors have ended, as a real journal has them."""

from __future__ import annotations

from tests.web.conftest import House

from limen.clock import HOUR, MINUTE, SECOND
from limen.events import Event, Outcome
from limen.roadmap.network.reading_doors import CLOSED, OPENED, UNSOUND, doors_ended, silences


def opened(house: House, name: str, at: int, until: int) -> None:
    details: dict[str, str | int | bool] = {"app": "erp", "opening": name, "until": until}
    event = Event(at=at, kind=OPENED, actor="p_ada", subject="p_ada", address="10.10.0.7", details=details)
    house.limen.journal.record(event)


async def test_doors_end_when_they_are_closed_or_opened_anew(house: House) -> None:
    now = house.clock.now()
    opened(house, "no_1", now - 3 * HOUR, now - 2 * HOUR)
    opened(house, "no_2", now - 2 * HOUR - MINUTE, now - HOUR)
    opened(house, "no_3", now - 30 * MINUTE, now - MINUTE)
    opened(house, "no_4", now - SECOND, now + HOUR)
    details: dict[str, str | int | bool] = {"app": "erp", "opening": "no_2", "why": "over"}
    house.limen.journal.record(Event(at=now - HOUR + SECOND, kind=CLOSED, subject="p_ada", details=details))
    house.limen.journal.flush()
    found = doors_ended(house.limen.journal.reader, now)
    assert [(one.id, one.closed_at) for one in found] == [
        ("no_1", now - 2 * HOUR - MINUTE),
        ("no_2", now - HOUR + SECOND),
        ("no_3", 0),
    ]


async def test_firewalls_that_fell_silent_are_found(house: House) -> None:
    now = house.clock.now()
    for why in ("silent", "clock"):
        event = Event(at=now, kind=UNSOUND, outcome=Outcome.FAILURE, reason=why, details={"firewall": "gw1"})
        house.limen.journal.record(event)
    house.limen.journal.flush()
    assert silences(house.limen.journal.reader, now + SECOND) == (("gw1", now),)
