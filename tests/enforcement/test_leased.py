from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from limen.clock import SystemClock
from limen.enforcement import leased as module
from limen.enforcement.leased import Leased


def core(lease_until: float) -> Any:
    return cast("Any", SimpleNamespace(clock=SystemClock(), known=SimpleNamespace(lease_until=lease_until)))


async def test_without_a_lease_it_waits_and_once_closed_nothing_comes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    done: list[str] = []
    cut_off = core(0.0)
    waiting, closed = Leased(cut_off), Leased(cut_off)
    waiting.do(lambda: done.append("waiting"))
    closed.do(lambda: done.append("closed"))
    await asyncio.sleep(0.05)
    assert done == []
    closed.close()
    await asyncio.sleep(0.05)
    cut_off.known.lease_until = float("inf")
    await asyncio.sleep(0.05)
    assert done == ["waiting"]


async def test_with_a_lease_it_is_done_at_once() -> None:
    done: list[int] = []
    Leased(core(float("inf"))).do(lambda: done.append(1))
    assert done == [1]
