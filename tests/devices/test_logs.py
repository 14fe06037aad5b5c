"""Logs that agents send: each message signed by the device, read strictly, and none where nobody wants them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.test_limen_agent import enrolled
from tests.web.conftest import House

from limen.devices.logs import AT_ONCE
from limen_agent import enrolling
from limen_agent.state.folder import StateFolder
from limen_agent.wire import claims, client
from limen_agent.wire.client import Client
from limen_agent.wire.connection import RefusedError
from limen_agent.wire.signing import sign

MALFORMED: list[Any] = [
    *(None, {}, [1], [{"source": "a"}], [{"source": "a", "lines": [1]}], [{"source": "", "lines": []}]),
    [{"source": "a", "lines": [], "more": 1}],
    [{"source": "a", "lines": ["x"] * 1_001}],
    [{"source": "a", "lines": []}] * 51,
]


@pytest.fixture(autouse=True)
def harbors_clock(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(time=lambda: harbor.clock.now() / 1_000)
    monkeypatch.setattr(client, "time", clock)
    monkeypatch.setattr(enrolling, "time", clock)


@pytest.fixture
async def agent_of_limens(harbor: House, ida: Ida, tmp_path: Path) -> Client:
    return await enrolled(harbor, ida, StateFolder(tmp_path / "state"))


async def error_of(agent: Client, logs: object) -> str:
    """What is answered to logs of this form; "" where they are taken."""
    said = claims.logs(
        aud=agent.enrolment.address, iat=int(client.time.time()), nonce=agent.nonce, source="", lines=(), journal=False
    )
    signed = sign(agent._key, "limen-logs+jwt", {**said, "logs": logs}, agent.enrolment.device)
    try:
        await asyncio.to_thread(agent._connection.post, "/agent/logs", signed)
    except RefusedError as refused:
        return refused.error
    return ""


async def test_it_is_read_strictly_and_bounded(harbor: House, agent_of_limens: Client) -> None:
    assert [await error_of(agent_of_limens, logs) for logs in MALFORMED] == ["malformed"] * 9
    assert await error_of(agent_of_limens, [{"source": "nobody-wants-it", "lines": ["a"]}]) == ""
    found = [await error_of(agent_of_limens, []) for _ in range(AT_ONCE)]
    assert found[-1] == "slow_down"
    assert devices_of(harbor).logs.wanted("linux") == []


async def test_another_devices_key_or_an_old_nonce_proves_nothing(harbor: House, agent_of_limens: Client) -> None:
    agent = agent_of_limens
    agent.nonce = "a" * 22
    assert await error_of(agent, []) == "stale_nonce"
    said = claims.logs(aud="https://another.example", iat=0, nonce="", source="a", lines=(), journal=False)
    with pytest.raises(RefusedError):
        await asyncio.to_thread(
            agent._connection.post, "/agent/logs", sign(agent._key, "limen-logs+jwt", said, agent.enrolment.device)
        )
