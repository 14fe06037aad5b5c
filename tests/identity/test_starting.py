"""Who starts: nothing opens before the first day, and it needs no job that may be late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.identity.conftest import House

from limen.clock import DAY
from limen.identity.errors import NotYetError, UnfitError, UnknownError
from limen.identity.model import Visitor
from limen.identity.starting import LATEST, read_first_day, save_first_day
from limen.identity.store import people

TODAY = date(2026, 11, 24)
"""The house's, at nine in the morning in UTC."""


def test_a_day_is_read_within_a_year() -> None:
    assert read_first_day("", TODAY) is None
    assert read_first_day("2026-11-20", TODAY) == date(2026, 11, 20)
    for wrong in (TODAY + LATEST + timedelta(1), TODAY - LATEST - timedelta(1)):
        with pytest.raises(UnfitError):
            read_first_day(wrong.isoformat(), TODAY)


async def test_the_day_is_a_fact_at_once_and_is_said(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = (await house.invited()).link.person_id
    assert await house.parts.people.set_first_day(ben, "2026-12-01", by="p_ada")
    assert not await house.parts.people.set_first_day(ben, "2026-12-01", by="p_ada")
    principal = house.known.principal(ben)
    assert principal is not None
    assert (principal.first_day, house.known.people[ben].first_day) == ("2026-12-01", "")
    assert await house.parts.people.set_first_day(ben, "", by="p_ada")
    principal = house.known.principal(ben)
    assert principal is not None
    assert principal.first_day == ""
    changes = [(one.details["change"], one.details.get("first_day")) for one in house.events("person.changed")]
    assert changes == [("first-day", "2026-12-01"), ("first-day-removed", None)]
    with pytest.raises(UnknownError):
        await house.parts.people.set_first_day("p_nobody", "2026-12-01", by="p_ada")


async def test_they_enrol_from_the_day_before(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = (await house.invited()).link.person_id
    await house.parts.people.set_first_day(ben, "2026-12-10", by="p_ada")
    link = await house.parts.people.invite_again(ben, by="p_ada")
    for _ in range(15):
        with pytest.raises(NotYetError):
            await house.enrol(link, house.passkey(), visitor)
        house.clock.forward(DAY)
    assert (await house.enrol(link, house.passkey(), visitor)).person.id == ben


async def test_nobody_leaves_before_they_start(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = (await house.invited()).link.person_id
    await house.parts.people.set_last_day(ben, "2026-12-01", by="p_ada")
    with pytest.raises(UnfitError):
        await house.parts.people.set_first_day(ben, "2026-12-02", by="p_ada")
    assert await house.parts.people.set_first_day(ben, "2026-12-01", by="p_ada")


async def test_the_server_finds_people_by_their_address(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = (await house.invited()).link.person_id
    work = "BEN@harbor.example", date(2026, 12, 1), house.clock.now()
    assert (
        await house.ports.write(lambda tx: save_first_day(tx, *work, by="server", owned=house.parts.sources.ownership))
    ).id == ben
    assert await house.ports.read(lambda s: people.first_days(s.connection)) == {ben: date(2026, 12, 1)}
    with pytest.raises(UnfitError):
        await house.ports.write(
            lambda tx: save_first_day(
                tx, "nobody@harbor.example", None, 1, by="server", owned=house.parts.sources.ownership
            )
        )
