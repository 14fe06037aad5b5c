"""Who leaves: access ends by itself when the last day is over there, unless they stay after all."""

from __future__ import annotations

from datetime import date

import pytest
from tests.identity.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.facts import SessionState
from limen.identity.days import today
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.leaving import read_last_day, save_last_day
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus, SignedIn, Visitor
from limen.identity.store import people

TODAY = date(2026, 11, 24)
"""The house's, at nine in the morning in UTC."""


async def status(house: House, person_id: str) -> PersonStatus | None:
    return await house.ports.read(lambda snapshot: people.status_of(snapshot.connection, person_id))


async def ben_of(house: House, visitor: Visitor) -> SignedIn:
    await house.administrator(house.passkey(), visitor)
    return await house.enrol(await house.invited(), house.passkey(), visitor)


@pytest.mark.parametrize("text", ["2026-11-23", "2031-01-01", "18.12.2026", "2026-W51", "2026-12-32", "20261218", "x"])
def test_a_day_that_is_none_or_over_is_refused(text: str) -> None:
    with pytest.raises(UnfitError) as error:
        read_last_day(text, TODAY)
    assert error.value.fix


def test_a_day_is_read_and_none_means_that_they_stay() -> None:
    assert read_last_day("2026-11-24", TODAY) == TODAY
    assert read_last_day("", TODAY) is None


async def test_access_ends_when_the_last_day_is_over_and_not_before(house: House, visitor: Visitor) -> None:
    ben = await ben_of(house, visitor)
    assert await house.parts.people.set_last_day(ben.person.id, "2026-11-25", by="p_ada")
    assert not await house.parts.people.set_last_day(ben.person.id, "2026-11-25", by="p_ada")
    for _ in range(2):  # today, and all of the last day
        assert await house.parts.leaving.end() == 0
        house.clock.forward(15 * HOUR - MINUTE)
    house.clock.forward(9 * HOUR)
    assert await house.parts.leaving.end() == 0
    house.clock.forward(2 * MINUTE)
    assert await house.parts.leaving.end() == 1
    assert await house.parts.leaving.end() == 0
    assert await status(house, ben.person.id) is PersonStatus.SUSPENDED
    assert house.known.session_state(ben.session, "", house.clock.now()) is SessionState.REVOKED
    changes = [(one.details["change"], one.actor) for one in house.events("person.changed")]
    assert changes == [("last-day", "p_ada"), ("suspended", "")]
    assert house.events("person.changed")[0].details["last_day"] == "2026-11-25"


async def test_a_day_ends_at_midnight_of_the_company(house: House) -> None:
    settings = house.ports.settings.model_copy(update={"time_zone": "Pacific/Auckland"})
    assert today(settings, house.clock.now()) == TODAY
    assert today(settings, house.clock.now() + 2 * HOUR) == date(2026, 11, 25)


async def test_who_stays_after_all_keeps_access(house: House, visitor: Visitor) -> None:
    ben = await ben_of(house, visitor)
    await house.parts.people.set_last_day(ben.person.id, "2026-11-24", by="p_ada")
    await house.parts.people.set_last_day(ben.person.id, "", by="p_ada")
    house.clock.forward(9 * DAY)
    assert await house.parts.leaving.end() == 0
    assert house.events("person.changed")[-1].details["change"] == "last-day-removed"


async def test_an_invitation_that_was_not_used_ends_too(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    invited = (await house.invited()).link.person_id
    await house.parts.people.set_last_day(invited, "2026-11-24", by="p_ada")
    house.clock.forward(DAY)
    assert await house.parts.leaving.end() == 1
    assert await status(house, invited) is PersonStatus.INACTIVE


async def test_whoever_comes_back_has_no_last_day(house: House, visitor: Visitor) -> None:
    ben = await ben_of(house, visitor)
    await house.parts.people.set_last_day(ben.person.id, "2026-11-24", by="p_ada")
    house.clock.forward(DAY)
    await house.parts.leaving.end()
    await house.parts.people.reactivate(ben.person.id, by="p_ada")
    assert await house.parts.leaving.end() == 0
    assert await status(house, ben.person.id) is PersonStatus.ACTIVE


async def test_an_alert_that_is_taken_back_opens_nothing_after_the_last_day(house: House, visitor: Visitor) -> None:
    ben, now = await ben_of(house, visitor), house.clock.now()
    await house.parts.people.set_last_day(ben.person.id, "2026-11-24", by="p_ada")
    await house.ports.write(lambda tx: Membership(tx, now, "").suspend(ben.person.id, "test"))
    house.clock.forward(DAY)
    assert await house.parts.leaving.end() == 0
    await house.ports.write(lambda tx: Membership(tx, now, "").resume(ben.person.id, "test"))
    assert await house.parts.leaving.end() == 1
    assert await status(house, ben.person.id) is PersonStatus.SUSPENDED


async def test_the_last_administrator_keeps_access_and_holds_up_nobody(house: House, visitor: Visitor) -> None:
    ben = await ben_of(house, visitor)
    (ada,) = [one.person.id for one in await house.parts.people.all() if one.person.id != ben.person.id]
    for one in (ada, ben.person.id):
        await house.parts.people.set_last_day(one, "2026-11-24", by=ada)
    house.clock.forward(DAY)
    assert await house.parts.leaving.end() == 1
    assert [await status(house, one) for one in (ada, ben.person.id)] == [PersonStatus.ACTIVE, PersonStatus.SUSPENDED]


async def test_the_server_finds_people_by_their_address(house: House, visitor: Visitor) -> None:
    ben = await ben_of(house, visitor)
    work = "BEN@harbor.example", TODAY, house.clock.now()
    assert (
        await house.ports.write(lambda tx: save_last_day(tx, *work, by="server", owned=house.parts.sources.ownership))
    ).id == ben.person.id
    assert await house.ports.read(lambda s: people.last_days(s.connection)) == {ben.person.id: TODAY}
    with pytest.raises(UnfitError):
        await house.ports.write(
            lambda tx: save_last_day(
                tx, "nobody@harbor.example", TODAY, 1, by="server", owned=house.parts.sources.ownership
            )
        )
    with pytest.raises(UnknownError):
        await house.parts.people.set_last_day("p_nobody", "2026-12-18", by="p_ada")


async def test_a_sign_in_that_was_kept_first_and_read_the_clock_later_does_not_come_back(
    house: House, visitor: Visitor
) -> None:
    """Whoever ends access read the clock before they waited for their turn to write."""
    ben, before = await ben_of(house, visitor), house.clock.now() - MINUTE
    await house.ports.write(lambda tx: Membership(tx, before, "p_ada").deactivate(ben.person.id))
    await house.parts.people.reactivate(ben.person.id, by="p_ada")
    assert house.known.session_state(ben.session, "", house.clock.now()) is SessionState.REVOKED
