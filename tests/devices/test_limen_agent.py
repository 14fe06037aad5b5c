"""The real agent and the real server say the same: enrolment, reports of this machine, the proof, a state put back.

The messages are those that go over https; here they go to the application directly, with Harbor's clock.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.served import listening
from tests.devices.software_agent import ORIGIN
from tests.waiting import until
from tests.web.conftest import House

from limen.devices.model import State
from limen.devices.wire import Kind
from limen_agent import enrolling
from limen_agent.collectors.check import CHECKS
from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import NoMemory
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.enrolling import Enrolling
from limen_agent.keys.file_key import FileKey
from limen_agent.service.service import Service
from limen_agent.state.chain import Chain
from limen_agent.state.folder import StateFolder
from limen_agent.state.record import read_record
from limen_agent.wire import client
from limen_agent.wire.client import Client
from limen_agent.wire.connection import Answer, Connection, RefusedError, read_answer


class Direct:
    """Limen's answers without a network: what `Connection` is elsewhere."""

    def __init__(self, house: House) -> None:
        self.address = ORIGIN
        self._client = new_agent(house).client
        self._loop = asyncio.get_running_loop()

    def post(self, path: str, signed: str) -> Answer:
        sent = self._client.post(path, content=signed.encode(), headers={"content-type": "application/jose"})
        done: Any = asyncio.run_coroutine_threadsafe(sent, self._loop).result(30)
        return read_answer(done.status_code, done.headers, done.content)


@asynccontextmanager
async def over_http(house: House) -> AsyncIterator[Connection]:
    """Limen on a real port; it is called by the name that its messages are for."""
    async with listening(house) as port:
        connection = Connection(f"http://127.0.0.1:{port}")
        connection.address = ORIGIN
        connection._head["Host"] = ORIGIN.removeprefix("https://")
        yield connection


@pytest.fixture(autouse=True)
def harbors_clock(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(time=lambda: harbor.clock.now() / 1_000)
    monkeypatch.setattr(client, "time", clock)
    monkeypatch.setattr(enrolling, "time", clock)


async def enrolled(house: House, ida: Ida, folder: StateFolder, connection: Connection | None = None) -> Client:
    token = await devices_of(house).token(ida.id, by="server")
    direct: Any = connection or Direct(house)
    key = FileKey.create(folder)
    attempt = Enrolling(direct, key, token, wait=lambda *_: None)
    enrolment = await asyncio.to_thread(attempt.enrol, folder)
    agent = Client(enrolment, key, Chain.load(folder), direct)
    agent.nonce = read_record(folder).nonce
    return agent


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "agent")


async def test_the_agent_enrols_and_what_it_sees_of_this_machine_is_understood(harbor, ida, folder) -> None:
    agent = await enrolled(harbor, ida, folder)
    assert agent.enrolment.owner
    assert agent.enrolment.origins == (ORIGIN,)
    seen = await asyncio.to_thread(look, ThisMachine(), NoMemory(), set(CHECKS) - {"updates"})
    answer = await asyncio.to_thread(agent.report, seen, "start")
    judged = {one["id"]: one["verdict"] for one in answer.body["checks"]}
    assert judged["updates"] == "unknown"
    assert set(judged) <= set(CHECKS)
    assert judged["threats"] == "unknown"  # no anti-malware reports to this agent here


async def test_the_agents_proof_fits_the_last_report_that_arrived(harbor, ida, folder) -> None:
    agent = await enrolled(harbor, ida, folder)
    await asyncio.to_thread(agent.report, (), "start")
    for challenge in ("c" * 43, "d" * 43):
        signed = agent.proof(challenge=challenge, session="s" * 64, origin=ORIGIN)
        claims = devices_of(harbor).reports.proved(signed.encode(), Kind.PROOF).claims
        read = devices_of(harbor).projection.held[agent.enrolment.device]
        assert claims["seq"] == read.posture.seq == 1
        assert (claims["challenge"], claims["origin"]) == (challenge, ORIGIN)


async def test_a_state_that_was_put_back_is_found_out(harbor, ida, folder) -> None:
    agent = await enrolled(harbor, ida, folder)
    kept = (folder.path / "chain.json").read_bytes()
    await asyncio.to_thread(agent.report, (), "start")
    folder.write("chain.json", kept)
    again = Client(agent.enrolment, FileKey.load(folder), Chain.load(folder), agent._connection)
    again.nonce = agent.nonce
    with pytest.raises(RefusedError) as refused:
        await asyncio.to_thread(again.report, (), "start")
    assert (refused.value.status, refused.value.error) == (409, "replayed")


async def test_check_again_quarantine_and_release_reach_the_agent_that_listens(harbor, ida, folder) -> None:
    devices = devices_of(harbor)
    async with over_http(harbor) as connection:
        agent = await enrolled(harbor, ida, folder, connection)
        device, said = agent.enrolment.device, list[str]()
        service = Service(
            client=agent, folder=folder, record=read_record(folder), look=lambda _: (), shared=None, say=said.append
        )
        threads = [threading.Thread(target=work, daemon=True) for work in (service.run, service.listen)]
        for thread in threads:
            thread.start()
        try:
            await until(lambda: devices.streams.listens(device) and read_record(folder).seq)
            before = read_record(folder).seq
            began = time.monotonic()
            assert await devices.check_again(device)
            print(f"check again: {(time.monotonic() - began) * 1000:.0f} ms")
            await until(lambda: read_record(folder).seq > before)
            await devices.change(device, State.QUARANTINED, by=ida.id)
            await until(lambda: read_record(folder).ended == "quarantined")
            asleep = read_record(folder).seq
            service.notice({"firewall"})
            await asyncio.sleep(0.3)
            assert read_record(folder).seq == asleep
            await devices.change(device, State.ACTIVE, by=ida.id)
            assert await devices.check_again(device)
            await until(lambda: read_record(folder).ended == "" and read_record(folder).seq > asleep)
            await devices.change(device, State.LOST, by=ida.id)
            await until(lambda: not threads[0].is_alive())
            assert read_record(folder).ended == "lost"
        finally:
            service.stop()
