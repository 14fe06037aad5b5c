"""A passkey that is lost: gone, with what it opened, whoever says so."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House
from tests.identity.test_factors import add

from limen.facts import SessionState
from limen.identity.errors import LinkRefusedError, UnfitError, UnknownError
from limen.identity.lost_passkey import REASON
from limen.identity.model import Visitor


async def test_what_a_lost_passkey_opened_is_over_and_the_rest_goes_on(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    phone, laptop = house.passkey(), house.passkey()
    ada = await house.administrator(laptop, visitor)
    phone_id = await add(house, ada, visitor, phone)
    thief = await house.sign_in(phone, stranger)
    with pytest.raises(UnfitError, match="another one"):
        await house.parts.factors.report_lost(thief.session, phone_id)
    await house.parts.factors.report_lost(ada.session, phone_id)
    now = house.clock.now()
    assert house.known.session_state(thief.session, "", now) is not SessionState.LIVE
    assert house.known.session_state(ada.session, "", now) is SessionState.LIVE
    assert [key.id for key in (await house.parts.factors.of_person(ada.person.id)).passkeys] != [phone_id]
    assert REASON in house.words("factor.removed")
    assert REASON in house.words("session.revoked")


async def test_a_session_that_another_passkey_proved_again_dies_with_the_one_that_opened_it(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    laptop, phone = house.passkey(), house.passkey()
    ada = await house.administrator(laptop, visitor)
    await add(house, ada, visitor, phone)
    laptop_id = (await house.parts.factors.of_person(ada.person.id)).passkeys[0].id
    options = await house.parts.step_up.passkey_options(ada.session, visitor)
    proved = await house.parts.step_up.with_passkey(ada.session, visitor, phone.get(options))
    elsewhere = await house.sign_in(phone, stranger)
    await house.parts.factors.report_lost(elsewhere.session, laptop_id)
    now = house.clock.now()
    assert house.known.session_state(proved.session, "", now) is not SessionState.LIVE
    assert house.known.session_state(elsewhere.session, "", now) is SessionState.LIVE


async def test_a_helper_takes_the_lost_one_or_all_of_a_stolen_device(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    phone_id = await add(house, ben, visitor)
    people, factors = house.parts.people, house.parts.factors
    with pytest.raises(UnknownError):
        await people.access_pass(ben.person.id, by="p_hal", why="He called.", lost=["k_somebody-elses"])
    await people.access_pass(ben.person.id, by="p_hal", why="He called.", lost=[phone_id])
    assert len((await factors.of_person(ben.person.id)).passkeys) == 1
    assert house.known.session_state(ben.session, "", house.clock.now()) is SessionState.LIVE
    issued = await people.access_pass(ben.person.id, by="p_hal", why="He called.", is_stolen=True)
    assert not (await factors.of_person(ben.person.id)).passkeys
    assert house.known.session_state(ben.session, "", house.clock.now()) is not SessionState.LIVE
    again = await house.enrol(issued, house.passkey(), visitor)
    await house.parts.sessions.revoke_person(ben.person.id, by="p_hal")
    with pytest.raises(LinkRefusedError):
        await house.enrol(issued, house.passkey(), visitor)
    assert again.person.id == ben.person.id


async def test_in_other_hands_takes_what_was_added_after_the_lost_one_and_leaves_what_was_there_before(
    house: House, visitor: Visitor
) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    laptop = (await house.parts.factors.of_person(ben.person.id)).passkeys[0].id
    house.clock.forward(1)
    phone = await add(house, ben, visitor)
    house.clock.forward(1)
    thiefs = await add(house, ben, visitor)

    async def left(lost: str, *, is_stolen: bool) -> list[str]:
        await house.parts.people.access_pass(ben.person.id, by="", why="He called.", lost=[lost], is_stolen=is_stolen)
        return [key.id for key in (await house.parts.factors.of_person(ben.person.id)).passkeys]

    with pytest.raises(UnknownError):
        await left("k_somebody-elses", is_stolen=True)
    assert len((await house.parts.factors.of_person(ben.person.id)).passkeys) == 3
    assert thiefs not in await left(phone, is_stolen=True)
    assert [key.id for key in (await house.parts.factors.of_person(ben.person.id)).passkeys] == [laptop]
