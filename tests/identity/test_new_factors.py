"""Factors as they are added: the same looks and refusals for who enrols and who adds another."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.facts import Person
from limen.identity.errors import CeremonyRefusedError, UnfitError
from limen.identity.model import Visitor
from limen.identity.new_factors import NewFactors

ADA = Person("p_ada", "Ada Harbor", "ada@harbor.example", active=True)


@pytest.fixture
def new(house: House) -> NewFactors:
    return house.parts.enrolment._new


def made(house: House, new: NewFactors, visitor: Visitor, subject: str = "l_1") -> dict[str, object]:
    options = new.ceremonies.creation_options(ADA, (), visitor, subject, house.clock.now())
    return house.passkey().create(options)


async def test_both_ways_to_add_a_factor_use_the_same(house: House, new: NewFactors) -> None:
    assert house.parts.factors._new is new


async def test_a_passkey_is_called_after_its_browser_and_kept_once(
    house: House, new: NewFactors, visitor: Visitor
) -> None:
    found = new.passkey(made(house, new, visitor), ADA.id, visitor, "l_1", "", kind="link.refused")
    assert found.passkey.name == "Firefox, 2026-11-24"
    await house.ports.write(lambda transaction: new.keep_passkey(transaction, found))
    with pytest.raises(CeremonyRefusedError):
        await house.ports.write(lambda transaction: new.keep_passkey(transaction, found))


async def test_a_passkey_for_another_link_is_refused_and_journaled_as_asked(
    house: House, new: NewFactors, visitor: Visitor
) -> None:
    with pytest.raises(CeremonyRefusedError):
        new.passkey(made(house, new, visitor), ADA.id, visitor, "l_2", "Key", kind="sign_in.failed", session="s_1")
    (event,) = house.events("sign_in.failed")
    assert (event.reason, event.subject, event.session) == ("challenge", "p_ada", "s_1")


async def test_an_offered_seed_stays_while_its_ticket_is_good_for_this_browser_and_subject(
    house: House, new: NewFactors, visitor: Visitor, stranger: Visitor
) -> None:
    first = new.code_offer(ADA, visitor, "l_1")
    assert new.code_offer(ADA, visitor, "l_1", first.ticket) == first
    for who, subject in ((stranger, "l_1"), (visitor, "l_2")):
        assert new.code_offer(ADA, who, subject, first.ticket).seed != first.seed
        with pytest.raises(UnfitError):
            new.code(first.ticket, house.code(first.seed.replace(" ", "")), who, subject)
    seed, step = new.code(first.ticket, house.code(first.seed.replace(" ", "")), visitor, "l_1")
    assert (seed, step) == (first.seed.replace(" ", ""), house.clock.now() // 30_000)
    with pytest.raises(UnfitError):
        new.code(first.ticket, "000000", visitor, "l_1")


async def test_a_password_made_of_the_person_or_the_company_is_unfit(new: NewFactors) -> None:
    assert await new.password(ADA, "tidal marble lantern fox") == "tidal marble lantern fox"
    for text in ("adaharbor1234", "harborharbor99", "limenlimen123"):
        with pytest.raises(UnfitError):
            await new.password(ADA, text)
