"""Passkeys that came by a link which somebody else has seen."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.clock import DAY, HOUR
from limen.identity.model import SignedIn, Visitor
from limen.identity.passkey_origin import may_be_borrowed


async def borrowed(house: House, signed_in: SignedIn, other: str, since: int = 0) -> bool:
    ports = house.parts.people._ports
    return await ports.read(lambda snapshot: may_be_borrowed(snapshot, signed_in.session.id, other, since))


async def test_a_pass_makes_a_new_passkey_doubtful_and_no_older_one(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    before = await house.enrol(await house.invited(), house.passkey(), visitor)
    house.clock.forward(HOUR)
    link = await house.parts.people.access_pass(before.person.id, by="p_hugo", why="He sat before me.")
    by_pass = await house.enrol(link, house.passkey(), visitor)
    now = house.clock.now()
    assert not await borrowed(house, before, "p_hugo", now - DAY)
    assert await borrowed(house, by_pass, "p_oscar", now - DAY)
    assert not await borrowed(house, by_pass, "p_oscar", now + 1)  # a day later
    assert await borrowed(house, by_pass, "p_hugo", now + 1)


async def test_an_invitation_counts_where_whoever_asks_sent_it_and_is_no_administrator(
    house: House, visitor: Visitor
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(
        await house.parts.people.invite("Ben", "ben@harbor.example", ("staff",), by="p_hugo"), house.passkey(), visitor
    )
    mia = await house.enrol(
        await house.parts.people.invite("Mia", "mia@harbor.example", ("staff",), by=ada.person.id),
        house.passkey(),
        visitor,
    )
    assert [await borrowed(house, ben, one) for one in ("p_hugo", "p_oscar", "")] == [True, False, False]
    assert not await borrowed(house, mia, ada.person.id)
