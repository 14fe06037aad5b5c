"""A person's own factors."""

from __future__ import annotations

import asyncio

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.clock import HOUR
from limen.demo.software_passkey import NoPasskeyError
from limen.facts import Factor, SessionState
from limen.identity.errors import (
    CeremonyRefusedError,
    FreshProofNeededError,
    LastFactorError,
    NotLiveError,
    UnfitError,
    UnknownError,
)
from limen.identity.factors import is_way_in
from limen.identity.model import SignedIn, Visitor


async def add(house: House, signed_in: SignedIn, visitor: Visitor, passkey: object = None, label: str = "") -> str:
    house.clock.forward(1)
    options = await house.parts.factors.passkey_options(signed_in.session, visitor)
    answer = (passkey or house.passkey()).create(options)
    return (await house.parts.factors.add_passkey(signed_in.session, visitor, answer, label)).id


async def test_a_second_passkey_signs_in_too(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    second = house.passkey()
    await add(house, ada, visitor, second, "Phone")
    assert (await house.sign_in(second, visitor)).person.id == ada.person.id
    held = await house.parts.factors.of_person(ada.person.id)
    assert [passkey.name for passkey in held.passkeys] == ["Firefox, 2026-11-24", "Phone"]
    assert held.factors == {Factor.PASSKEY}


async def test_one_authenticator_is_not_enrolled_twice(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    ada = await house.administrator(passkey, visitor)
    with pytest.raises(NoPasskeyError):
        await add(house, ada, visitor, passkey)


async def test_an_old_proof_changes_no_factor(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(HOUR)
    factors = house.parts.factors
    for change in (
        factors.passkey_options(ada.session, visitor),
        factors.add_passkey(ada.session, visitor, {}),
        factors.remove_passkey(ada.session, "k_1"),
        factors.set_password(ada.session, visitor, PASSWORD),
        factors.code_offer(ada.session, visitor),
        factors.set_code(ada.session, visitor, "000000", ""),
        factors.remove_code(ada.session),
        factors.remove_password(ada.session),
    ):
        with pytest.raises(FreshProofNeededError) as needed:
            await change
        assert needed.value.strength == 3


async def test_a_password_and_code_add_no_passkey_to_somebody_who_has_one(house: House, visitor: Visitor) -> None:
    ben, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    await add(house, ben, visitor)
    house.clock.forward(60_000)
    thief = await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    with pytest.raises(FreshProofNeededError):
        await add(house, thief, visitor)


async def test_a_dead_session_changes_nothing(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.sign_out(ada.session)
    with pytest.raises(NotLiveError):
        await add(house, ada, visitor)


async def test_the_last_way_in_is_never_removed(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    (only,) = (await house.parts.factors.of_person(ada.person.id)).passkeys
    with pytest.raises(LastFactorError):
        await house.parts.factors.remove_passkey(ada.session, only.id)
    ben, _ = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    with pytest.raises(LastFactorError):
        await house.parts.factors.remove_password(ben.session)
    with pytest.raises(LastFactorError):
        await house.parts.factors.remove_code(ben.session)


async def test_removing_a_passkey_ends_the_sessions_it_began_but_not_this_one(house: House, visitor: Visitor) -> None:
    mine, stolen = house.passkey(), house.passkey()
    ada = await house.administrator(mine, visitor)
    stolen_id = await add(house, ada, visitor, stolen)
    thief = await house.sign_in(stolen, visitor)
    other = await house.sign_in(mine, visitor)
    await house.parts.factors.remove_passkey(ada.session, stolen_id)
    now = house.clock.now()
    assert house.known.session_state(thief.session, "", now) is SessionState.REVOKED
    assert house.known.session_state(ada.session, "", now) is SessionState.LIVE
    assert house.known.session_state(other.session, "", now) is SessionState.LIVE
    assert [event.details["passkey"] for event in house.events("factor.removed")] == [stolen_id]


async def test_nobody_removes_or_renames_what_is_not_theirs(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    (bens,) = (await house.parts.factors.of_person(ben.person.id)).passkeys
    with pytest.raises(UnknownError):
        await house.parts.factors.remove_passkey(ada.session, bens.id)
    with pytest.raises(UnknownError):
        await house.parts.factors.rename_passkey(ada.session, bens.id, "Mine")
    assert (await house.parts.factors.of_person(ben.person.id)).passkeys == (bens,)


async def test_a_passkey_is_renamed_by_its_person(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    (passkey,) = (await house.parts.factors.of_person(ada.person.id)).passkeys
    await house.parts.factors.rename_passkey(ada.session, passkey.id, " Blue  key ")
    assert (await house.parts.factors.of_person(ada.person.id)).passkeys[0].name == "Blue key"
    with pytest.raises(UnfitError):
        await house.parts.factors.rename_passkey(ada.session, passkey.id, "\u202e")


async def test_a_new_password_ends_the_other_sessions_that_the_old_one_began(house: House, visitor: Visitor) -> None:
    ben, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    house.clock.forward(60_000)
    other = await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    await house.parts.factors.set_password(other.session, visitor, "another four quiet words")
    now = house.clock.now()
    assert house.known.session_state(ben.session, "", now) is SessionState.REVOKED
    assert house.known.session_state(other.session, "", now) is SessionState.LIVE


async def test_a_code_is_added_once_its_app_shows_it(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    offer = await house.parts.factors.code_offer(ada.session, visitor)
    with pytest.raises(UnfitError):
        await house.parts.factors.set_code(ada.session, visitor, "000000", offer.ticket)
    code = house.code(offer.seed.replace(" ", ""))
    await house.parts.factors.set_code(ada.session, visitor, code, offer.ticket)
    assert (await house.parts.factors.of_person(ada.person.id)).has_code
    await house.parts.factors.remove_code(ada.session)
    assert not (await house.parts.factors.of_person(ada.person.id)).has_code


async def test_one_answer_enrols_one_passkey(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    options = await house.parts.factors.passkey_options(ada.session, visitor)
    answer = house.passkey().create(options)
    ended = await asyncio.gather(
        *(house.parts.factors.add_passkey(ada.session, visitor, answer) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(each, CeremonyRefusedError) for each in ended) == 2


async def test_there_are_never_more_than_twenty(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    for _ in range(19):
        await add(house, ada, visitor)
    with pytest.raises(UnfitError):
        await add(house, ada, visitor)


def test_a_code_alone_is_no_way_in() -> None:
    assert not is_way_in(frozenset({Factor.CODE}))
    assert is_way_in(frozenset({Factor.PASSWORD}))
    assert is_way_in(frozenset({Factor.PASSKEY, Factor.CODE}))
