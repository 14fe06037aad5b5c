"""Who is let in and until when, and what happens when that turns; the RADIUS server's part is in test_configuration."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.enforcement.radius.networks import (
    CLIENT,
    LAPTOP,
    SWITCH,
    VPN,
    certify,
    door_of,
    ended,
    grant,
    signed_in,
    ties_of,
)
from tests.web.conftest import House

from limen.clock import HOUR, MINUTE, SECOND
from limen.enforcement.radius import door as door_module, store
from limen.enforcement.radius.disconnect import Disconnects, NotDisconnectedError
from limen.enforcement.radius.door import NothingAskedError, RadiusDoor, Reply, Verdict, WrongNumberError
from limen.enforcement.radius.questions import Asker
from limen.enforcement.radius.store import RadiusSession
from limen.facts import Session

WIFI = Asker(LAPTOP, CLIENT, "127.0.0.1", "02-00-00-00-00-01")


def ida(harbor: House) -> str:
    return harbor.id_of("ida@harbor.example")


async def confirmed(harbor: House, asker: Asker = VPN, session: Session | None = None) -> Reply:
    """Ida signs in there, and types the number in the portal."""
    door, session = door_of(harbor), session or signed_in(harbor, ida(harbor))
    asked = await door.login(asker, "", "")
    assert asked.verdict is Verdict.ASK
    door.confirm(harbor.limen.known.people[ida(harbor)], session, asked.number, "198.51.100.9", is_tied=False)
    return await door.login(asker, "", asked.state)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the sessions that a NAS was told to end."""
    ended_there: list[str] = []

    async def end(_self: Disconnects, one: RadiusSession) -> None:
        ended_there.append(one.id)
        if one.calling == "192.0.2.66":
            raise NotDisconnectedError("silent")

    monkeypatch.setattr(Disconnects, "end", end)
    return ended_there


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
    (one,) = door_of(harbor).open()
    assert (one.id, one.session_id, one.address) == (reply.session, "s_ida", "198.51.100.9")


async def test_who_types_a_number_of_their_own_waits_for_it(harbor: House) -> None:
    door, session = door_of(harbor), signed_in(harbor, ida(harbor))
    waits = asyncio.create_task(door.login(VPN, "47", ""))
    await asyncio.sleep(0.05)
    door.confirm(harbor.limen.known.people[ida(harbor)], session, "47", "198.51.100.9", is_tied=False)
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
    answer = door.confirm(harbor.limen.known.people[ida(harbor)], session, asked.number, "", is_tied=False)
    assert not answer.permitted
    question = door.questions.of(ida(harbor))
    assert question is not None
    door.questions.refuse(question)
    return await door.login(asker, "", asked.state)


async def test_the_nas_is_told_when_the_decision_turns(harbor: House, told: list[str]) -> None:
    certify(harbor, ida(harbor))
    wifi = await door_of(harbor).device(WIFI, LAPTOP, ties_of(harbor).certificates_of(LAPTOP)[0].until // SECOND)
    vpn = await confirmed(harbor)
    ties_of(harbor).set_certificates(LAPTOP, None)
    harbor.limen.known.devices.drop(LAPTOP)  # what the change feed says of a device that is lost
    assert await ended(harbor, "office-wifi") == "device-certificate-over"
    assert [one.id for one in door_of(harbor).open()] == [vpn.session]
    await harbor.limen.identity.people.set_groups(ida(harbor), [], by="")
    assert await ended(harbor, "vpn")
    assert told == [wifi.session, vpn.session]
    assert harbor.events("radius.disconnect_failed") == []


async def test_a_nas_that_does_not_end_it_is_an_alert(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor, replace(VPN, calling="192.0.2.66"))
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert await ended(harbor, "vpn")
    for _ in range(50):
        if harbor.events("radius.disconnect_failed"):
            break
        await asyncio.sleep(0.02)
    assert told == [reply.session]
    assert [event.reason for event in harbor.events("radius.disconnect_failed")] == ["silent"]


async def rows(harbor: House) -> list[str]:
    """The sessions that are kept."""
    found = await harbor.limen.core.database.reading(lambda snapshot: store.sessions(snapshot.connection))
    return [one.id for one in found]


async def ends_soon(harbor: House) -> None:
    for _ in range(100):
        if not await rows(harbor):
            return
        await asyncio.sleep(0.02)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The NAS is away for as long as this is empty; then the ids that it ended."""
    answers: list[str] = []

    async def end(_self: Disconnects, one: RadiusSession) -> None:
        if not answers:
            raise NotDisconnectedError("silent")
        answers.append(one.id)

    monkeypatch.setattr(Disconnects, "end", end)
    return answers


async def test_a_nas_that_was_away_is_told_when_it_is_back(
    harbor: House, away: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "AGAIN_SECONDS", (0.05,))
    reply = await confirmed(harbor)
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert await ended(harbor, "vpn")
    await asyncio.sleep(0.3)
    assert await rows(harbor) == [reply.session]
    away.append("back")
    await ends_soon(harbor)
    assert (await rows(harbor), away) == ([], ["back", reply.session])
    assert len(harbor.events("radius.disconnect_failed")) == 1


@pytest.mark.parametrize("status", ["Interim-Update", "Stop"])
async def test_a_session_that_goes_on_after_its_end_is_ended_when_it_is_heard_of(
    harbor: House, away: list[str], status: str
) -> None:
    reply = await confirmed(harbor)
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert await ended(harbor, "vpn")
    away.append("back")
    await door_of(harbor).accounted(VPN, reply.session, status, "55")
    await ends_soon(harbor)
    assert (await rows(harbor), away[1:]) == ([], [] if status == "Stop" else [reply.session])


async def test_what_a_nas_did_not_end_is_told_again_after_a_restart(harbor: House, away: list[str]) -> None:
    reply = await confirmed(harbor)
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert await ended(harbor, "vpn")
    await door_of(harbor).close()
    assert await rows(harbor) == [reply.session]
    away.append("back")
    again = RadiusDoor(harbor.limen.core, Disconnects(harbor.limen.core))
    await again.start()
    await ends_soon(harbor)
    assert (await rows(harbor), again.open(), away[1:]) == ([], [], [reply.session])
    await again.close()


async def test_what_was_let_in_is_watched_over_again_after_a_restart(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor)
    door = door_of(harbor)
    await door.close()
    assert (door.open(), told) == ([], [])
    again = RadiusDoor(harbor.limen.core, Disconnects(harbor.limen.core))
    await again.start()
    assert [one.id for one in again.open()] == [reply.session]
    await again.close()
    await harbor.limen.identity.people.set_groups(ida(harbor), [], by="")
    await again.start()
    assert await ended(harbor, "vpn")
    assert told == [reply.session]
    await again.close()


async def test_a_nas_says_that_it_is_over(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor)
    door = door_of(harbor)
    await door.accounted(VPN, reply.session, "Start", "55")
    assert [one.accounted for one in door.open()] == ["55"]
    await door.accounted(VPN, reply.session, "Stop", "55")
    assert (door.open(), told) == ([], [])
    assert await ended(harbor, "vpn") == "stopped"


@pytest.mark.parametrize("nas", ["", "gateway", "127.0.0.1; x"])
async def test_nobody_is_let_in_where_no_address_is_known_to_end_it_at(harbor: House, nas: str) -> None:
    assert (await confirmed(harbor, replace(VPN, nas=nas))).verdict is Verdict.REJECT
    assert door_of(harbor).open() == []
    assert [one.reason for one in harbor.events("radius.refused")] == ["no-nas"]


async def test_a_vpn_that_is_left_open_does_not_keep_the_sign_in_from_idling(harbor: House) -> None:
    reply = await confirmed(harbor)
    known, door = harbor.limen.known, door_of(harbor)
    (one,) = door.open()
    before = known.last_used(one.session_id)
    harbor.clock.forward(MINUTE)
    for status in ("Start", "Interim-Update"):
        await door.accounted(VPN, reply.session, status, "55")
    assert [each.accounted for each in door.open()] == ["55"]
    assert known.last_used(one.session_id) == before


async def test_a_nas_that_sends_no_class_means_the_session_of_the_station(harbor: House, told: list[str]) -> None:
    await confirmed(harbor)
    door = door_of(harbor)
    for other in (replace(VPN, calling="192.0.2.1"), replace(VPN, calling=""), replace(VPN, nas="10.0.0.1"), SWITCH):
        await door.accounted(other, "", "Stop", "55")
    await door.accounted(VPN, "", "Start", "55")
    await door.accounted(VPN, "", "Stop", "56")
    assert [one.accounted for one in door.open()] == ["55"]
    await door.accounted(VPN, "", "Stop", "55")
    assert (door.open(), told) == ([], [])


async def test_what_is_over_is_forgotten(harbor: House) -> None:
    await confirmed(harbor)
    harbor.clock.forward(13 * HOUR)
    await door_of(harbor).keep_up()
    assert door_of(harbor).open() == []


async def test_nobody_confirms_what_nobody_asked(harbor: House) -> None:
    person, session = harbor.limen.known.people[ida(harbor)], signed_in(harbor, ida(harbor))
    with pytest.raises(NothingAskedError):
        door_of(harbor).confirm(person, session, "47", "", is_tied=False)
    with pytest.raises(NothingAskedError):
        door_of(harbor).not_me(person, session)
    asked = await door_of(harbor).login(VPN, "", "")
    wrong = str(10 + (int(asked.number) - 9) % 90)
    with pytest.raises(WrongNumberError):
        door_of(harbor).confirm(person, session, wrong, "", is_tied=False)
    assert (await door_of(harbor).login(VPN, "", asked.state)).verdict is Verdict.REJECT
    assert len(harbor.events("radius.number_wrong")) == 1
