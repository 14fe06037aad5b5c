"""Temporary access passes: replayed, too late, for the wrong people, for something weaker than a passkey."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.web.conftest import House, move_in

from limen.clock import DAY, HOUR, MINUTE
from limen.identity.errors import LinkRefusedError, UnfitError, UnknownError
from limen.identity.model import Visitor

THERE = Visitor("203.0.113.9", "Firefox", "b" * 43)


@pytest.fixture
async def at(tmp_path):  # type: ignore[no-untyped-def]
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as closing:
        house: House = await move_in(closing, tmp_path / "harbor")
        await house.administrator(house.browser())
        eve = house.browser()
        yield SimpleNamespace(house=house, eve=eve, eve_id=await house.member(eve, "Eve", "staff"))


async def test_a_pass_works_once_ends_the_sessions_of_a_stolen_device_and_is_journaled_with_its_reason(at) -> None:  # type: ignore[no-untyped-def]
    people = at.house.limen.identity.people
    issued = await people.access_pass(at.eve_id, by="p_helper", why="Her laptop was stolen.", is_stolen=True)
    assert (await at.eve.get("/")).headers["location"].startswith("/sign-in")
    new = at.house.browser()
    assert (await new.enrol(issued)).status_code == 200
    assert (await new.get("/")).status_code == 200
    with pytest.raises(LinkRefusedError):
        await at.house.limen.identity.links.open(issued.token.reveal(), THERE)
    said = next(e for e in at.house.events("link.issued") if e.details["purpose"] == "access_pass")
    assert (said.actor, said.subject, said.details["why"]) == ("p_helper", at.eve_id, "Her laptop was stolen.")
    assert issued.token.reveal() not in str(said)


async def test_a_pass_is_refused_after_its_time_and_sets_no_password(at) -> None:  # type: ignore[no-untyped-def]
    identity = at.house.limen.identity
    issued = await identity.people.access_pass(at.eve_id, by="p_helper", why="She sat before me.")
    with pytest.raises(LinkRefusedError):
        await identity.enrolment.code_offer(issued.token.reveal(), THERE)
    at.house.clock.forward(HOUR + MINUTE)
    with pytest.raises(LinkRefusedError):
        await identity.links.open(issued.token.reveal(), THERE)


async def test_no_pass_without_a_reason_for_too_long_or_for_who_never_enrolled(at) -> None:  # type: ignore[no-untyped-def]
    people = at.house.limen.identity.people
    with pytest.raises(UnfitError):
        await people.access_pass(at.eve_id, by="", why=" ")
    with pytest.raises(UnfitError):
        await people.access_pass(at.eve_id, by="", why="She called.", good_for=DAY + 1)
    invited = await at.house.invite("Ivo", "staff")
    with pytest.raises(UnknownError):
        await people.access_pass(invited.link.person_id, by="", why="He called.")
