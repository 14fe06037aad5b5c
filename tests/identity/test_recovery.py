"""Recovery codes: shown once, kept as keyed digests, each good once for a link and for nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.identity.conftest import PASSWORD, House
from tests.identity.test_invitation import queued

from limen.clock import MINUTE
from limen.facts import SessionState
from limen.identity.errors import (
    FreshProofNeededError,
    LinkRefusedError,
    RecoveryRefusedError,
    SlowedError,
    UnfitError,
)
from limen.identity.model import Visitor
from limen.identity.recovery import CODE, HOW_MANY
from limen.identity.store.recovery_codes import recovery_codes

ADA = "ada@harbor.example"


async def test_a_code_gives_a_link_that_makes_a_passkey_and_signs_nobody_in(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    codes = await house.parts.recovery.make(ada.session)
    assert len(set(codes)) == HOW_MANY
    assert all(CODE.fullmatch(code) for code in codes)
    kept = house.database.read(lambda s: s.connection.execute(select(recovery_codes.c.digest)).scalars().all())
    assert not any(code.replace("-", "").encode() in row or code.encode() in row for code in codes for row in kept)
    sessions = len(house.known.sessions)
    issued = await house.parts.recovery.redeem(stranger, "ADA@harbor.example", codes[3].upper().replace("-", " "))
    assert len(house.known.sessions) == sessions
    token = issued.token.reveal()
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.code_offer(token, stranger)
    back = await house.enrol(issued, house.passkey(), stranger)
    assert (back.person.id, (await house.parts.recovery.left(ada.person.id)).count) == (ada.person.id, HOW_MANY - 1)
    for again in (codes[3], "0000-0000-0000-0000", ""):
        with pytest.raises(RecoveryRefusedError):
            await house.parts.recovery.redeem(visitor, ADA, again)
    assert house.words("recovery.refused") == ["code-wrong"] * 3
    assert not any(code in repr(house.events()) for code in codes)


async def test_of_two_at_once_one_wins_and_its_link_is_short(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    code = (await house.parts.recovery.make(ada.session))[0]
    tries = [house.parts.recovery.redeem(visitor, ADA, code) for _ in range(2)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    (issued,) = [one for one in ended if not isinstance(one, BaseException)]
    assert [type(one) for one in ended if isinstance(one, BaseException)] == [RecoveryRefusedError]
    house.clock.forward(10 * MINUTE)
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(issued.token.reveal(), visitor)


async def test_new_codes_end_the_old_and_an_old_proof_makes_none(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    old = (await house.parts.recovery.make(ada.session))[0]
    await house.parts.recovery.make(ada.session)
    with pytest.raises(RecoveryRefusedError):
        await house.parts.recovery.redeem(visitor, ADA, old)
    house.clock.forward(11 * MINUTE)
    with pytest.raises(FreshProofNeededError):
        await house.parts.recovery.make(ada.session)


async def test_guessing_is_slowed_the_same_for_addresses_nobody_has_and_no_code_fits_another_person(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    code = (await house.parts.recovery.make(ada.session))[0]
    with pytest.raises(RecoveryRefusedError):
        await house.parts.recovery.redeem(stranger, "ben@harbor.example", code)
    for number, address in enumerate((ADA, "nobody@harbor.example")):
        somebody = replace(stranger, address=f"192.0.2.{number}")
        for _ in range(11):
            with pytest.raises(RecoveryRefusedError):
                await house.parts.recovery.redeem(somebody, address, "0000-0000-0000-0000")
        with pytest.raises(SlowedError):
            await house.parts.recovery.redeem(somebody, address, code)


async def test_this_was_not_me_ends_sessions_links_and_codes(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    code = (await house.parts.recovery.make(ada.session))[0]
    link = await house.parts.people.access_pass(ada.person.id, by="p_x", why="Somebody called.")
    await house.parts.recovery.not_me(ada.session)
    assert house.known.session_state(ada.session, "", house.clock.now()) is not SessionState.LIVE
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(link.token.reveal(), visitor)
    with pytest.raises(RecoveryRefusedError):
        await house.parts.recovery.redeem(visitor, ADA, code)
    assert "not-me" in house.words("sessions.revoked")


async def test_a_company_without_codes_makes_and_takes_none(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    recovery = house.parts.recovery
    code = (await recovery.make(ada.session))[0]
    off = house.ports.settings.recovery.model_copy(update={"codes": False})
    recovery._ports = replace(house.ports, settings=house.ports.settings.model_copy(update={"recovery": off}))
    with pytest.raises(UnfitError):
        await recovery.make(ada.session)
    with pytest.raises(RecoveryRefusedError):
        await recovery.redeem(visitor, ADA, code)


async def test_a_mail_with_a_link_that_this_wasnt_me_ended_is_not_sent_any_more(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    eve = await house.invited("Eve", "eve@harbor.example", by_mail=True)
    await house.parts.recovery.not_me(ada.session)
    assert {mail.to for mail in await queued(house)} == {"eve@harbor.example", "ada@harbor.example"}
    await house.parts.sessions.revoke_person(eve.link.person_id, by=ada.person.id)
    assert [mail.to for mail in await queued(house)] == ["ada@harbor.example"], "who is told what happened"
