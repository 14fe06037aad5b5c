"""Who is let in and until when; the RADIUS server's part is in test_configuration."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.enforcement.radius.networks import (
    LAPTOP,
    SWITCH,
    VPN,
    WIFI,
    certify,
    confirmed,
    door_of,
    grant,
    ida,
    signed_in,
)
from tests.web.conftest import House

from limen.clock import HOUR, MINUTE, SECOND
from limen.enforcement.radius import door as door_module
from limen.enforcement.radius.door import NothingAskedError, Reply, Verdict, WrongNumberError
from limen.enforcement.radius.questions import Asker


async def test_a_device_is_let_in_until_its_certificate_ends_at_the_latest(harbor: House) -> None:
    ends = certify(harbor, ida(harbor), 2 * HOUR)
    reply = await door_of(harbor).device(WIFI, LAPTOP, ends)
    assert (reply.verdict, reply.vlan, reply.privilege) == (Verdict.ACCEPT, "20", 0)
    assert 2 * HOUR // SECOND - 3 <= reply.seconds <= 2 * HOUR // SECOND
    (event,) = harbor.events("radius.session_began")
    assert (event.actor, event.device, event.details["app"]) == (ida(harbor), LAPTOP, "office-wifi")


async def test_a_person_is_let_in_who_typed_the_number(harbor: House) -> None:
    reply = await confirmed(harbor)
    assert (reply.verdict, reply.vlan) == (Verdict.ACCEPT, "")
    (one,) = door_of(harbor).sessions.open()
    assert (one.id, one.session_id, one.address) == (reply.session, "s_ida", "198.51.100.9")


async def test_who_types_a_number_of_their_own_waits_for_it(harbor: House) -> None:
    door, session = door_of(harbor), signed_in(harbor, ida(harbor))
    waits = asyncio.create_task(door.login(VPN, "47", ""))
    await asyncio.sleep(0.05)
    await door.confirm(harbor.limen.known.people[ida(harbor)], session, "47", "198.51.100.9", is_tied=False)
    assert (await waits).verdict is Verdict.ACCEPT


async def test_whoever_waits_too_long_is_asked_again_and_whoever_chose_the_number_is_not(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "WAITS_SECONDS", 0.01)
    monkeypatch.setattr(door_module, "WAITS_LONG_SECONDS", 0.01)
    door = door_of(harbor)
    asked = await door.login(VPN, "", "")
    assert await door.login(VPN, "", asked.state) == asked
    harbor.clock.forward(3 * MINUTE)
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.REJECT
    assert (await door.login(VPN, "47", "")).verdict is Verdict.REJECT


async def test_gear_is_administered_by_grant_with_its_level_and_until_its_end(harbor: House) -> None:
    refused = await confirmed_or_refused(harbor, SWITCH)
    assert refused.verdict is Verdict.REJECT
    harbor.clock.forward(HOUR)
    grant(harbor, ida(harbor), "core-switch", "connect", "administer", lasts=10 * MINUTE)
    reply = await confirmed(harbor, SWITCH)
    assert (reply.verdict, reply.is_gear, reply.privilege) == (Verdict.ACCEPT, True, 15)
    assert 10 * 60 - 3 <= reply.seconds <= 10 * 60


async def confirmed_or_refused(harbor: House, asker: Asker) -> Reply:
    door = door_of(harbor)
    asked = await door.login(asker, "", "")
    session = signed_in(harbor, ida(harbor))
    answer = await door.confirm(harbor.limen.known.people[ida(harbor)], session, asked.number, "", is_tied=False)
    assert not answer.permitted
    question = await door.questions.of(ida(harbor))
    assert question is not None
    await door.questions.refuse(question)
    return await door.login(asker, "", asked.state)


@pytest.mark.parametrize("nas", ["", "gateway", "127.0.0.1; x"])
async def test_nobody_is_let_in_where_no_address_is_known_to_end_it_at(harbor: House, nas: str) -> None:
    assert (await confirmed(harbor, replace(VPN, nas=nas))).verdict is Verdict.REJECT
    assert door_of(harbor).sessions.open() == []
    assert [one.reason for one in harbor.events("radius.refused")] == ["no-nas"]


async def test_nobody_confirms_what_nobody_asked(harbor: House) -> None:
    person, session = harbor.limen.known.people[ida(harbor)], signed_in(harbor, ida(harbor))
    with pytest.raises(NothingAskedError):
        await door_of(harbor).confirm(person, session, "47", "", is_tied=False)
    with pytest.raises(NothingAskedError):
        await door_of(harbor).not_me(person, session)
    asked = await door_of(harbor).login(VPN, "", "")
    wrong = str(10 + (int(asked.number) - 9) % 90)
    with pytest.raises(WrongNumberError):
        await door_of(harbor).confirm(person, session, wrong, "", is_tied=False)
    assert (await door_of(harbor).login(VPN, "", asked.state)).verdict is Verdict.REJECT
    assert len(harbor.events("radius.number_wrong")) == 1
