"""One-time links: used twice, used late, guessed, raced, and used to become an administrator a second time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.identity.errors import IdentityError, LinkRefusedError
from limen.identity.model import LinkPurpose, SignedIn, Visitor

ADA = {"name": "Ada Harbor", "email": "ada@harbor.example"}
MALLORY = {"name": "Mallory", "email": "mallory@evil.example"}


async def answer(house: House, token: str, visitor: Visitor, **who: Any) -> dict[str, Any]:
    return house.passkey().create(await house.parts.enrolment.passkey_options(token, visitor, **who))


async def test_of_two_who_race_for_the_first_administrators_link_one_becomes_one(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    token = (await house.first()).token.reveal()
    racers = [(visitor, ADA), (stranger, MALLORY)]
    answers = [await answer(house, token, who, **names) for who, names in racers]
    ended = await asyncio.gather(
        *(
            house.parts.enrolment.with_passkey(token, who, given, **names)
            for (who, names), given in zip(racers, answers, strict=True)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
    assert sum(isinstance(each, LinkRefusedError) for each in ended) == 1
    assert len([p for p in house.known.people.values() if "administrators" in p.groups]) == 1
    assert house.words("link.refused")


async def test_an_older_first_link_found_in_a_log_makes_nobody_an_administrator(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    older = (await house.first()).token.reveal()
    given = await answer(house, older, stranger, **MALLORY)
    await house.administrator(house.passkey(), visitor)
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_passkey(older, stranger, given, **MALLORY)
    assert await house.parts.links.first_administrator() is None
    assert "unknown-or-over" in house.words("link.refused")


async def test_a_first_link_that_survived_somehow_still_makes_no_second_administrator(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    await house.administrator(house.passkey(), visitor)
    forged = house.database.write(
        lambda t: house.parts.links.issue(
            t, LinkPurpose.FIRST_ADMINISTRATOR, "p_mallory", by="", now=house.clock.now(), good_for=60_000
        )
    )
    token = forged.token.reveal()
    given = await answer(house, token, stranger, **MALLORY)
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_passkey(token, stranger, given, **MALLORY)
    assert "p_mallory" not in house.known.people


async def test_an_invitation_is_not_used_to_take_another_name_or_address(house: House, visitor: Visitor) -> None:
    token = (await house.invited(groups=["staff"])).token.reveal()
    given = await answer(house, token, visitor, **ADA)
    signed_in = await house.parts.enrolment.with_passkey(token, visitor, given, **ADA)
    person = house.known.people[signed_in.person.id]
    assert (person.name, person.email, person.groups) == ("Ben", "ben@harbor.example", {"staff"})


async def test_one_links_answer_enrols_nobody_through_another_link(house: House, visitor: Visitor) -> None:
    bens = (await house.invited()).token.reveal()
    cems = (await house.invited("Cem", "cem@harbor.example")).token.reveal()
    given = await answer(house, bens, visitor)
    with pytest.raises(IdentityError):
        await house.parts.enrolment.with_passkey(cems, visitor, given)
    assert house.words("link.refused") == ["challenge"]


async def test_passkey_and_password_raced_through_one_link_enrol_once(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    token = (await house.invited()).token.reveal()
    given = await answer(house, token, visitor)
    offer = await house.parts.enrolment.code_offer(token, stranger)
    code = house.code(offer.seed.replace(" ", ""))
    ended = await asyncio.gather(
        house.parts.enrolment.with_password(token, stranger, PASSWORD, code, offer.ticket),
        house.parts.enrolment.with_passkey(token, visitor, given),
        return_exceptions=True,
    )
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
    (person_id,) = house.known.people
    assert len((await house.parts.factors.of_person(person_id)).factors) in {1, 2}
    assert len(house.events("person.enrolled")) == 1


async def test_a_link_of_somebody_who_was_let_go_lets_nobody_in(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    link = await house.invited()
    given = await answer(house, link.token.reveal(), visitor)
    await house.parts.people.deactivate(link.link.person_id, by="")
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_passkey(link.token.reveal(), visitor, given)
    assert not house.known.people[link.link.person_id].active


async def test_a_scanner_that_opens_every_link_spends_none(house: House, visitor: Visitor, stranger: Visitor) -> None:
    link = await house.invited()
    for _ in range(15):
        await house.parts.links.open(link.token.reveal(), stranger)
    assert (await house.enrol(link, house.passkey(), visitor)).session.auth.strength == 3
