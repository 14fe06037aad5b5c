"""A process that we started ends: in order, at once where it won't, and once only."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from limen.front import ending


async def started(program: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_one_that_listens_ends_in_order_and_one_that_has_ended_is_left_alone() -> None:
    process = await started("import time; print('ready', flush=True); time.sleep(60)")
    await ending.end(process)
    assert process.returncode == -signal.SIGTERM
    await ending.end(process)
    assert process.returncode == -signal.SIGTERM


async def test_one_that_does_not_listen_is_ended_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "STOP_SECONDS", 0.2)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    process = await started(deaf)
    await ending.end(process)
    assert process.returncode == -signal.SIGKILL
