"""A second device from the first: only after a passkey that was just used, once, and older links die."""

from __future__ import annotations

import pytest
from tests.identity.conftest import PASSWORD, House
from tests.identity.test_factors import add

from limen.clock import MINUTE
from limen.identity.errors import FreshProofNeededError, LinkRefusedError, NotLiveError, UnfitError
from limen.identity.model import Visitor


async def test_the_link_makes_a_passkey_there_and_the_older_one_is_dead(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    older = await house.parts.second_device.offer(ada.session)
    offer = await house.parts.second_device.offer(ada.session)
    assert "style" not in offer.svg
    assert "#" in offer.issued.url
    with pytest.raises(LinkRefusedError):
        await house.enrol(older.issued, house.passkey(), stranger)
    there = await house.enrol(offer.issued, house.passkey(), stranger)
    assert there.person.id == ada.person.id
    with pytest.raises(LinkRefusedError):
        await house.enrol(offer.issued, house.passkey(), stranger)


async def test_an_old_a_weak_or_an_ended_session_gets_none(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    ben, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    with pytest.raises(UnfitError, match="have a passkey yet"):
        await house.parts.second_device.offer(ben.session)
    await add(house, ben, visitor)
    house.clock.forward(MINUTE)
    weak = await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    with pytest.raises(FreshProofNeededError):
        await house.parts.second_device.offer(weak.session)
    house.clock.forward(10 * MINUTE)
    with pytest.raises(FreshProofNeededError):
        await house.parts.second_device.offer(ada.session)
    await house.parts.sessions.revoke_person(ada.person.id, by="")
    with pytest.raises(NotLiveError):
        await house.parts.second_device.offer(ada.session)
