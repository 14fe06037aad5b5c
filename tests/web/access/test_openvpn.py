"""What OpenVPN servers ask, without one: who may, what is read, and what is told."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.enforcement.radius.networks import LAPTOP, certify, door_of, ended, ties_of, writing
from tests.interop.openvpn_world import APPS, CLIENT, POLICIES
from tests.web.conftest import House, move_in

from limen.clock import MINUTE
from limen.enforcement.radius import followers, service, store
from limen.enforcement.radius.door import REJECTED, Reply, Verdict
from limen.web.access.openvpn import answered

PRINT = "63" * 32
DEVICE = {"server": "devices", "address": "10.9.9.9", "fingerprint": PRINT}
STATE: dict[str, Any] = {"server": "devices", "open": [], "over": []}


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", writing(apps=APPS, policies=POLICIES))
        await house.member(house.browser(), "Ida", "staff")
        yield house


async def secret_of(house: House, client: str = CLIENT) -> str:
    core, now = house.limen.core, house.clock.now()
    return await core.write(lambda t: service.make_secret(t, core.keyring, client, now, "server"))


async def asks(
    house: House, step: str, said: Any, secret: str, client: str = CLIENT, **headers: str
) -> httpx2.Response:
    proof = "Basic " + b64encode(f"{client}:{secret}".encode()).decode()
    fields = {"authorization": proof, **headers}
    return await house.browser().client.post(f"/openvpn/{step}", json=said, headers=fields)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's client is no address; it is on this machine."""
    from limen.web.site import Site

    monkeypatch.setattr(Site, "address", lambda _self, _request: "127.0.0.1")


@pytest.mark.usefixtures("here")
async def test_a_certificate_is_known_by_its_hash_and_its_session_is_followed(harbor: House) -> None:
    secret = await secret_of(harbor)
    certify(harbor, harbor.id_of("ida@harbor.example"))  # its SHA-256 is 32 times "c"
    said = (await asks(harbor, "device", DEVICE, secret)).json()
    assert (said["verdict"], said["ms"] > 0) == ("accept", True)
    (one,) = door_of(harbor).sessions.open()
    assert (one.id, one.app, one.nas, one.is_followed) == (said["session"], "laptop-vpn", "devices", True)
    waits = asyncio.create_task(asks(harbor, "state", {**STATE, "open": [one.id]}, secret))
    await asyncio.sleep(0.05)
    ties_of(harbor).set_certificates(LAPTOP, None)
    harbor.limen.known.devices.drop(LAPTOP)
    assert (await asyncio.wait_for(waits, 2)).json() == {"end": [one.id]}
    waits = asyncio.create_task(asks(harbor, "state", {**STATE, "over": [one.id]}, secret))
    assert await ended(harbor, "laptop-vpn")
    kept = [one]
    for _ in range(100):
        kept = await harbor.limen.core.database.reading(lambda shot: store.sessions(shot.connection))
        if not kept:
            break
        await asyncio.sleep(0.02)
    assert (kept, harbor.events("radius.disconnect_failed")) == ([], [])
    waits.cancel()


@pytest.mark.usefixtures("here")
async def test_what_is_not_known_here_has_to_end_and_what_is_not_said_is_over(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "WAITS_SECONDS", 0.01)
    secret, unknown = await secret_of(harbor), "v_" + "0" * 32
    certify(harbor, harbor.id_of("ida@harbor.example"))
    session = (await asks(harbor, "device", DEVICE, secret)).json()["session"]
    said = (await asks(harbor, "state", {**STATE, "open": [session, unknown]}, secret)).json()
    assert said == {"end": [unknown]}
    another = (await asks(harbor, "state", {**STATE, "server": "people", "open": [session]}, secret)).json()
    assert another == {"end": [session]}  # it is no session of that server's, and stays what it is
    assert [one.id for one in door_of(harbor).sessions.open()] == [session]
    await asks(harbor, "state", STATE, secret)
    assert [one.id for one in door_of(harbor).sessions.open()] == [session]  # it may be coming in just now
    harbor.clock.forward(MINUTE)
    await asks(harbor, "state", STATE, secret)
    assert door_of(harbor).sessions.open() == []
    assert await ended(harbor, "laptop-vpn") == "stopped"


@pytest.mark.usefixtures("here")
async def test_only_a_server_with_its_secret_is_answered(harbor: House) -> None:
    secret, other = await secret_of(harbor), await secret_of(harbor, "10.0.0.5/32")
    certify(harbor, harbor.id_of("ida@harbor.example"))
    for wrong, client in ((secret[:-1], CLIENT), ("", CLIENT), (other, CLIENT), (secret, "10.0.0.5/32"), (secret, "")):
        refused = await asks(harbor, "device", DEVICE, wrong, client)
        assert (refused.status_code, refused.json()) == (401, {})
    refused = await asks(harbor, "device", DEVICE, other, "10.0.0.5/32")  # from where it is not
    assert refused.status_code == 401
    for proof in ("", "Bearer x", "Basic %%%", "Basic " + "A" * 5_000):
        assert (await asks(harbor, "device", DEVICE, secret, authorization=proof)).status_code == 401
    assert door_of(harbor).sessions.open() == []
    assert {event.reason for event in harbor.events("radius.refused")} == {"not-an-openvpn-server"}


@pytest.mark.usefixtures("here")
async def test_what_is_not_what_the_program_says_is_not_read(harbor: House) -> None:
    secret = await secret_of(harbor)
    certify(harbor, harbor.id_of("ida@harbor.example"))
    for step, said in (
        ("device", {**DEVICE, "fingerprint": PRINT.upper() + "x"}),
        ("device", {**DEVICE, "address": "d_laptop"}),
        ("device", {**DEVICE, "server": "../x"}),
        ("device", {**DEVICE, "more": 1}),
        ("device", [DEVICE]),
        ("login", {"server": "people", "address": "10.9.9.9", "user": "i" * 300, "password": "47"}),
        ("state", {**STATE, "open": ["r_" + "0" * 32]}),
        ("state", {**STATE, "over": ["v_0"]}),
        ("state", {**STATE, "open": ["v_" + "0" * 32] * 5_001}),
    ):
        assert (await asks(harbor, step, said, secret)).status_code == 400, said
    plain = await asks(harbor, "device", DEVICE, secret, **{"content-type": "text/plain"})
    assert plain.status_code == 400
    assert door_of(harbor).sessions.open() == []


@pytest.mark.usefixtures("here")
async def test_people_are_asked_a_number(harbor: House) -> None:
    secret = await secret_of(harbor)
    login = {"server": "people", "address": "10.9.9.9", "user": "ida@harbor.example", "password": "x"}
    said = (await asks(harbor, "login", login, secret)).json()
    question = await door_of(harbor).questions.of(harbor.id_of("ida@harbor.example"))
    assert question is not None
    assert said == {"verdict": "ask", "number": question.number, "state": question.state}
    assert question.app == "people-vpn"


def test_nothing_is_told_but_what_is_meant() -> None:
    assert answered(REJECTED) == {"verdict": "reject"}
    accepted = Reply(Verdict.ACCEPT, session="v_1", seconds=9, lasts=9_800, vlan="20", privilege=15)
    assert answered(accepted) == {"verdict": "accept", "session": "v_1", "ms": 9_800}
