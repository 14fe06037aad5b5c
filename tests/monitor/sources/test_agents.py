"""Logs that the real agent reads, sent under the device's key: kept, and known to be that device's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.devices.laptops import Ida, ida
from tests.devices.test_limen_agent import enrolled
from tests.monitor.houses import harbor, sources_of, stored, watch_of
from tests.web.conftest import House

from limen.devices.model import State
from limen.devices.service import Devices
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen_agent import enrolling
from limen_agent.logs import tail
from limen_agent.logs.following import Following
from limen_agent.state.folder import StateFolder
from limen_agent.wire import client
from limen_agent.wire.client import Client
from limen_agent.wire.connection import RefusedError

__all__ = ["harbor", "ida"]

LINE = "Nov 24 09:00:00 wren sshd[7]: Failed password for ida from 192.0.2.7 port 5 ssh2"


@pytest.fixture(autouse=True)
def harbors_clock(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(time=lambda: harbor.clock.now() / 1_000)
    monkeypatch.setattr(client, "time", clock)
    monkeypatch.setattr(enrolling, "time", clock)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tail, "ALLOWED", tmp_path / "log")
    path = tmp_path / "log" / "auth.log"
    path.parent.mkdir()
    path.touch()
    return path


@pytest.fixture
async def agent(harbor: House, ida: Ida, tmp_path: Path, log: Path) -> Client:
    laptops = LogSource("syslog_file", Way.AGENT, files=(str(log),))
    rules = sources_of(harbor).rules
    harbor.limen.known.set_rules(MonitorRules, replace(rules, sources={**rules.sources, "laptops": laptops}))
    return await enrolled(harbor, ida, StateFolder(tmp_path / "state"))


def write(log: Path, text: str) -> None:
    log.write_text(text)


def of_laptops(house: House) -> list[dict[str, object]]:
    return [one for one in stored(house) if one["source"] == "laptops"]


async def test_what_it_reads_is_kept_as_its_devices_own(
    harbor: House, ida: Ida, agent: Client, tmp_path: Path, log: Path
) -> None:
    follows = Following(agent, StateFolder(tmp_path / "state"), print)
    answer = await asyncio.to_thread(agent.report, (), "start")
    follows.want(answer.body["logs"])
    await asyncio.to_thread(follows.look_once)
    write(log, f"{LINE}\n{LINE.replace('wren', 'pretends-to-be-srv1')}\n")
    assert await asyncio.to_thread(follows.look_once) is True
    events = of_laptops(harbor)
    assert [one["device_id"] for one in events] == [agent.enrolment.device] * 2
    assert [one["host"] for one in events] == ["wren", "pretends-to-be-srv1"]
    assert [one["user"] for one in events] == ["ida", "ida"]


async def test_a_device_in_quarantine_is_heard_and_one_that_is_lost_is_not(harbor: House, agent: Client) -> None:
    devices = harbor.limen.core.offers.take(Devices)
    for state, is_heard in ((State.QUARANTINED, True), (State.LOST, False)):
        await devices.change(agent.enrolment.device, state, by="server", why="")
        if is_heard:
            await asyncio.to_thread(lambda: agent.logs("laptops", [LINE], journal=False))
        else:
            with pytest.raises(RefusedError):
                await asyncio.to_thread(lambda: agent.logs("laptops", [LINE], journal=False))
    assert len(of_laptops(harbor)) == 1


async def test_it_speaks_for_sources_of_agents_alone(harbor: House, agent: Client) -> None:
    for name in ("app", "servers", "limen", "nothing"):
        answer = await asyncio.to_thread(lambda name=name: agent.logs(name, [LINE], journal=False))
        assert [one["source"] for one in answer.body["logs"]] == ["laptops"]
    assert stored(harbor) == []


async def test_records_of_the_systemd_journal_are_read_as_such(harbor: House, agent: Client) -> None:
    record = (
        '{"MESSAGE": "Failed password for ida from 192.0.2.7 port 5 ssh2", "SYSLOG_IDENTIFIER": "sshd",'
        ' "_HOSTNAME": "wren", "__REALTIME_TIMESTAMP": "1795792446440790", "PRIORITY": "6", "__CURSOR": "s=1"}'
    )
    await asyncio.to_thread(lambda: agent.logs("laptops", [record], journal=True))
    (event,) = of_laptops(harbor)
    assert (event["user"], event["device_id"]) == ("ida", agent.enrolment.device)


async def test_while_nothing_can_be_kept_it_is_told_to_come_again(harbor: House, agent: Client) -> None:
    await watch_of(harbor).supervision.close()
    with pytest.raises(RefusedError) as refused:
        await asyncio.to_thread(lambda: agent.logs("laptops", [LINE], journal=False))
    assert (refused.value.status, refused.value.error) == (503, "unavailable")
