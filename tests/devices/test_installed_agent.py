"""The agent as its users get it, from its own wheel in an empty environment, at the real Limen: from end to end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from agent.tests.test_wheel import bare, installed, wheel
from tests.devices.served import OWNER, Served, served
from tests.waiting import until

from limen.devices.model import KeyStorage, State
from limen.devices.reading import OF_SOURCES
from limen.facts import CHECKS

__all__ = ["installed", "wheel"]


@pytest.fixture
async def limen(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "harbor") as here:
        yield here


async def started(programs: Path, state: Path, *words: str) -> asyncio.subprocess.Process:
    command = [str(programs / "limen-agent"), "--state", str(state), *words]
    return await asyncio.create_subprocess_exec(*command, cwd="/", env=bare(programs), stdin=-1, stdout=-1, stderr=-1)


async def done(process: asyncio.subprocess.Process, say: str = "") -> tuple[int, str]:
    async with asyncio.timeout(120):
        out, err = await process.communicate(say.encode())
    return process.returncode or 0, (out + err).decode()


@pytest.mark.slow
async def test_it_enrols_reports_looks_again_and_sleeps_in_quarantine(
    limen: Served, installed: Path, tmp_path: Path
) -> None:
    state, devices = tmp_path / "state", limen.devices
    code, said = await done(
        await started(installed, state, "enrol", limen.address, "--token-file", "-"), await limen.token()
    )
    assert code == 0, said
    (device,) = devices.of(OWNER)
    assert (device.key_storage, device.is_managed, device.state) == (KeyStorage.FILE, True, State.ACTIVE)
    running = await started(installed, state, "run", "--user", "root")
    try:
        await until(lambda: devices.posture(device.id).seq, 120)
        assert set(devices.posture(device.id).checks) == set(CHECKS) - OF_SOURCES
        assert limen.house.limen.core.known.devices[device.id].compliance in {"compliant", "non_compliant"}
        await until(lambda: devices.streams.listens(device.id))
        before = devices.posture(device.id).seq
        nonce = devices.nonces.new(devices.now())
        assert devices.streams.tell(device.id, "recheck", nonce=nonce, checks=["secure_boot"])
        await until(lambda: devices.posture(device.id).seq > before, 60)
        await devices.change(device.id, State.QUARANTINED, by=OWNER)
        assert device.id not in limen.house.limen.core.known.devices
        code, said = await done(await started(installed, state, "status"))
        assert (code, limen.address in said) == (1, True)  # it says that nobody takes its reports now
        await devices.change(device.id, State.RETIRED, by=OWNER)
        async with asyncio.timeout(60):
            assert await running.wait() in {0, 1}  # it ends by itself: nobody takes its reports any more
    finally:
        if running.returncode is None:
            os.kill(running.pid, signal.SIGKILL)
        await running.communicate()
