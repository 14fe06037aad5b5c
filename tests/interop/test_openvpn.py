"""OpenVPN as a server and on a laptop, each in a network namespace of its own: coming in by the device's certificate or
by a number in the portal, being put out when the decision turns, and the end that OpenVPN keeps by itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from tests.devices.served import OWNER, until
from tests.enforcement.radius.networks import LAPTOP, door_of, ended, healthy, signed_in
from tests.interop.openvpn_world import CLIENT, missing, session_ids, world
from tests.interop.test_strongswan import ROAD

from limen.clock import SECOND
from limen.devices.certificates.authority import LIVES

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing() or "-"), pytest.mark.slow]


async def test_a_device_is_in_until_it_is_not_healthy_any_more(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        net.count(net.certificate())
        refused = net.connect()
        await until(lambda: "AUTH_FAILED" in refused.said())  # nothing is known of the device
        refused.kill()
        healthy(net.house)
        laptop = net.connect()
        await net.is_in(laptop)
        (one,) = door_of(net.house).sessions.open()
        assert (one.app, one.device_id, one.client, one.nas) == ("laptop-vpn", LAPTOP, CLIENT, "devices")
        assert (one.person_id, one.calling, one.is_followed) == (OWNER, ROAD, True)
        net.house.limen.known.devices.drop(LAPTOP)
        took = await net.is_out(within_seconds=5)
        assert took < 1
        assert await ended(net.house, "laptop-vpn")
        await until(lambda: "Connection reset command" in laptop.said())  # it is told to come again
        assert not await net.reaches_the_office()
        await until(lambda: not door_of(net.house).sessions._over)  # the server has said that it did
        assert net.house.events("radius.disconnect_failed") == []


async def test_openvpn_ends_it_on_time_when_nothing_of_limen_runs_any_more(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        held = net.count(net.certificate(age=LIVES - 14 * SECOND))
        healthy(net.house)
        await net.is_in(net.connect("--auth-retry", "nointeract"))
        net.program.kill()
        await door_of(net.house).sessions.close()
        await net.is_out(within_seconds=20)
        late = net.house.clock.now() - held.until
        assert -1_500 <= late <= 1_500, late


async def test_the_program_ends_it_on_time_while_limen_is_away(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        held = net.count(net.certificate(age=LIVES - 12 * SECOND))
        healthy(net.house)
        await net.is_in(net.connect())
        await door_of(net.house).sessions.close()
        assert net.present()
        await net.is_out(within_seconds=20)
        late = net.house.clock.now() - held.until
        assert -1_500 <= late <= 500, late


async def test_who_leaves_is_over_here_too(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        laptop = net.connect("--explicit-exit-notify", "1")
        await net.is_in(laptop)
        laptop.kill(signal.SIGTERM)
        await until(lambda: session_ids(net) == [])
        assert await ended(net.house, "laptop-vpn") == "stopped"


async def test_renegotiation_leaves_in_who_may_be(tmp_path: Path) -> None:
    async with world(tmp_path, own="reneg-sec 4\ntran-window 2\n") as net:
        net.count(net.certificate())
        healthy(net.house)
        laptop = net.connect()
        await net.is_in(laptop)
        before = session_ids(net)
        await until(lambda: net.server.said().count("client-auth-nt") >= 2)
        assert await net.reaches_the_office()
        assert session_ids(net) == before


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    file = tmp_path / "credentials"
    file.write_text("ida@harbor.example\n47\n")
    os.chmod(file, 0o600)  # noqa: PTH101
    return file


async def test_a_person_comes_in_by_two_digits_of_their_own(tmp_path: Path, credentials: Path) -> None:
    async with world(tmp_path, "person") as net:
        session, door = signed_in(net.house, OWNER), door_of(net.house)
        laptop = net.connect("--auth-user-pass", str(credentials))
        await until(lambda: door.questions.of(OWNER))
        assert not net.present()
        person = net.house.limen.known.people[OWNER]
        assert (await door.confirm(person, session, "47", ROAD, is_tied=False)).permitted
        await net.is_in(laptop)
        net.house.limen.known.people.put(replace(person, groups=frozenset()))
        assert await net.is_out(within_seconds=5) < 1


async def test_a_person_comes_in_by_the_number_that_the_client_shows(tmp_path: Path) -> None:
    async with world(tmp_path, "person") as net:
        session, door = signed_in(net.house, OWNER), door_of(net.house)
        socket = net.run / "laptop"
        asking = net.connect("--management", str(socket), "unix", "--management-query-passwords")
        await until(socket.exists)
        reader, writer = await asyncio.open_unix_connection(str(socket))
        state, shown = await challenged(reader, writer, "anything")
        question = await door.questions.of(OWNER)
        assert question is not None
        assert (question.state, question.number in shown) == (state, True)
        person = net.house.limen.known.people[OWNER]
        assert (await door.confirm(person, session, question.number, ROAD, is_tied=False)).permitted
        await answered(reader, writer, f"CRV1::{state}::ok")
        await net.is_in(asking)


async def challenged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: str) -> tuple[str, str]:
    """Sign in by the client's management interface; the state and the text of the question that comes back."""
    await answered(reader, writer, password)
    async with asyncio.timeout(20):
        while b"CRV1:" not in (line := await reader.readline()):
            assert line
    _flags, state, _user, text = line.decode().partition("CRV1:")[2].split(":", 3)
    return state, text


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: str) -> None:
    """Give name and password when the client needs them."""
    async with asyncio.timeout(20):
        while b">PASSWORD:Need 'Auth'" not in (line := await reader.readline()):
            assert line
    writer.write(f'username "Auth" "ida@harbor.example"\npassword "Auth" "{password}"\n'.encode())
    await writer.drain()
