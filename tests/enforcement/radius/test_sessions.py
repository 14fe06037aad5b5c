"""Whoever was let in stays until the decision turns or the NAS says so; a NAS that does not end it is told again."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.enforcement.radius.networks import (
    LAPTOP,
    SWITCH,
    VPN,
    WIFI,
    certify,
    confirmed,
    door_of,
    ended,
    healthy,
    ida,
    signed_in,
    ties_of,
    writing,
)
from tests.web.conftest import House, move_in

from limen.clock import HOUR, MINUTE, SECOND
from limen.enforcement.radius import sessions, store
from limen.enforcement.radius.client_secrets import ClientSecrets
from limen.enforcement.radius.disconnect import Disconnects, NotDisconnectedError
from limen.enforcement.radius.door import RadiusDoor
from limen.enforcement.radius.store import RadiusSession
from limen.facts import Device, SessionState


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


async def test_the_nas_is_told_when_the_decision_turns(harbor: House, told: list[str]) -> None:
    certify(harbor, ida(harbor))
    wifi = await door_of(harbor).device(WIFI, LAPTOP, ties_of(harbor).certificates_of(LAPTOP)[0].until // SECOND)
    vpn = await confirmed(harbor)
    ties_of(harbor).set_certificates(LAPTOP, None)
    harbor.limen.known.devices.drop(LAPTOP)  # what the change feed says of a device that is lost
    assert await ended(harbor, "office-wifi") == "device-certificate-over"
    assert [one.id for one in door_of(harbor).sessions.open()] == [vpn.session]
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


def another(harbor: House) -> RadiusDoor:
    """The door after a restart."""
    core = harbor.limen.core
    return RadiusDoor(core, Disconnects(core, ClientSecrets(core)))


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
    monkeypatch.setattr(sessions, "AGAIN_SECONDS", (0.05,))
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
    await door_of(harbor).sessions.accounted(VPN, reply.session, status, "55")
    await ends_soon(harbor)
    assert (await rows(harbor), away[1:]) == ([], [] if status == "Stop" else [reply.session])


async def test_what_a_nas_did_not_end_is_told_again_after_a_restart(harbor: House, away: list[str]) -> None:
    reply = await confirmed(harbor)
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert await ended(harbor, "vpn")
    await door_of(harbor).sessions.close()
    assert await rows(harbor) == [reply.session]
    away.append("back")
    again = another(harbor)
    await again.sessions.start()
    await ends_soon(harbor)
    assert (await rows(harbor), again.sessions.open(), away[1:]) == ([], [], [reply.session])
    await again.sessions.close()


async def test_what_was_let_in_is_watched_over_again_after_a_restart(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor)
    door = door_of(harbor)
    await door.sessions.close()
    assert (door.sessions.open(), told) == ([], [])
    again = another(harbor)
    await again.sessions.start()
    assert [one.id for one in again.sessions.open()] == [reply.session]
    await again.sessions.close()
    await harbor.limen.identity.people.set_groups(ida(harbor), [], by="")
    await again.sessions.start()
    assert await ended(harbor, "vpn")
    assert told == [reply.session]
    await again.sessions.close()


async def test_a_nas_says_that_it_is_over(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor)
    door = door_of(harbor)
    await door.sessions.accounted(VPN, reply.session, "Start", "55")
    assert [one.accounted for one in door.sessions.open()] == ["55"]
    await door.sessions.accounted(VPN, reply.session, "Stop", "55")
    assert (door.sessions.open(), told) == ([], [])
    assert await ended(harbor, "vpn") == "stopped"


async def test_a_vpn_that_is_left_open_does_not_keep_the_sign_in_from_idling(harbor: House) -> None:
    reply = await confirmed(harbor)
    known, door = harbor.limen.known, door_of(harbor)
    (one,) = door.sessions.open()
    before = known.last_used(one.session_id)
    harbor.clock.forward(MINUTE)
    for status in ("Start", "Interim-Update"):
        await door.sessions.accounted(VPN, reply.session, status, "55")
    assert [each.accounted for each in door.sessions.open()] == ["55"]
    assert known.last_used(one.session_id) == before


async def test_a_sign_in_idles_out_and_what_it_let_into_the_network_goes_on_to_its_own_end(
    harbor: House, told: list[str]
) -> None:
    """Who works on a share of files over the VPN asks Limen for nothing, and was thrown out every two hours."""
    reply = await confirmed(harbor)
    door, known = door_of(harbor), harbor.limen.known
    (one,) = door.sessions.open()
    harbor.clock.forward(3 * HOUR)
    assert known.session_state(known.issued(one.session_id), "", harbor.clock.now()) is SessionState.ENDED
    await looked_at_again(harbor)
    assert ([each.id for each in door.sessions.open()], told) == ([reply.session], [])
    again = another(harbor)
    await door.sessions.close()
    before = known.last_used(one.session_id)
    await again.sessions.start()
    assert [each.id for each in again.sessions.open()] == [reply.session]
    assert known.last_used(one.session_id) == before  # a restart is no use of it either
    await again.sessions.close()


async def test_its_own_end_is_the_absolute_one_of_the_sign_in(harbor: House, told: list[str]) -> None:
    reply = await confirmed(harbor)
    (one,) = door_of(harbor).sessions.open()
    session = harbor.limen.known.issued(one.session_id)
    assert session is not None
    assert one.until == session.expires_at
    assert 8 * HOUR - MINUTE < reply.lasts <= 8 * HOUR
    harbor.clock.forward(8 * HOUR)
    await looked_at_again(harbor)
    assert (await ended(harbor, "vpn"), told) == (SessionState.ENDED, [])  # the NAS ended it by itself


HEALTHY = """
@id("vpn-from-healthy-devices")
@title("The VPN only from healthy devices")
@reason("Tests.")
forbid (principal, action == Action::"connect", resource == App::"vpn")
unless { context.device.compliance == "compliant" && context.device.binding >= 2 };
"""


async def test_it_is_on_the_device_that_confirmed_after_its_browser_is_closed_and_as_long_as_that_is_healthy(
    tmp_path: Path, told: list[str]
) -> None:
    """A browser proves every few minutes that it is there still; whoever closed it was thrown out."""
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", writing(policies=HEALTHY))
        await house.member(house.browser(), "Ida", "staff")
        door, person = door_of(house), house.limen.known.people[ida(house)]
        healthy(house)
        bound = {"device_id": LAPTOP, "binding": 2, "bound_until": house.clock.now() + 15 * MINUTE}
        house.limen.known.sessions.put(b"s_ida", session := replace(signed_in(house, person.id), **bound))
        asked = await door.login(VPN, "", "")
        await door.confirm(person, session, asked.number, VPN.calling, is_tied=True)
        reply = await door.login(VPN, "", asked.state)
        assert reply.lasts > 7 * HOUR
        house.clock.forward(3 * HOUR)
        await looked_at_again(house)
        assert [one.id for one in door.sessions.open()] == [reply.session]
        await door.sessions.close()
        again = another(house)
        await again.sessions.start()
        assert [one.id for one in again.sessions.open()] == [reply.session]
        house.limen.known.devices.put(Device(LAPTOP, known=True, compliance="non_compliant", managed=True))
        assert await ended(house, "vpn") == "vpn-from-healthy-devices"
        assert told == [reply.session]
        await again.sessions.close()


async def looked_at_again(harbor: House) -> None:
    """A fact changes that turns nothing."""
    await harbor.limen.identity.people.set_groups(ida(harbor), ["engineering", "staff"], by="")
    await asyncio.sleep(0.1)


async def test_a_nas_that_sends_no_class_means_the_session_of_the_station(harbor: House, told: list[str]) -> None:
    await confirmed(harbor)
    door = door_of(harbor)
    for other in (replace(VPN, calling="192.0.2.1"), replace(VPN, calling=""), replace(VPN, nas="10.0.0.1"), SWITCH):
        await door.sessions.accounted(other, "", "Stop", "55")
    await door.sessions.accounted(VPN, "", "Start", "55")
    await door.sessions.accounted(VPN, "", "Stop", "56")
    assert [one.accounted for one in door.sessions.open()] == ["55"]
    await door.sessions.accounted(VPN, "", "Stop", "55")
    assert (door.sessions.open(), told) == ([], [])


async def test_what_is_over_is_forgotten(harbor: House) -> None:
    await confirmed(harbor)
    harbor.clock.forward(13 * HOUR)
    await door_of(harbor).sessions.keep_up()
    assert door_of(harbor).sessions.open() == []
