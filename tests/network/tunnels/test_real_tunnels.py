"""Tunnels of a real WireGuard that end at a real router: open by a decision, and closed with it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.network.firewalls.world import answers
from tests.network.tunnels.far import SERVER, Far, far
from tests.network.tunnels.laptop import laptop, needs_tunnels

from limen.clock import SECOND

pytestmark = needs_tunnels


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[Far]:
    async with far(tmp_path) as one:
        yield one


async def cut(live: socket.socket) -> None:
    begun = time.monotonic()
    while await asyncio.to_thread(answers, live):
        assert time.monotonic() - begun < 1
        await asyncio.sleep(0.02)


async def test_what_the_door_permits_is_reached_and_nothing_else(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida, harbor.world.router.listening(50, 3_389):
        given = await harbor.has(ida)
        assert await harbor.world.reaches(3_389) is False
        door = await harbor.open()
        assert (door.tunnel, door.device_id) == (given, "dv_ida")
        await harbor.becomes(reachable=True)
        ida.run("ip", "route", "replace", "10.50.0.0/24", "dev", ida.tunnel)
        assert await harbor.world.reaches(443) is False
        assert not await asyncio.to_thread(harbor.world.router.reaches, 10, "10.50.0.10", 3_389)

        live = await asyncio.to_thread(harbor.world.router.connect, 10, SERVER, 3_389)
        assert await asyncio.to_thread(answers, live)
        begun = time.monotonic()
        harbor.turns[0]("a-test")
        await harbor.becomes(reachable=False)
        await cut(live)
        assert time.monotonic() - begun < 3
        live.close()


async def test_a_device_that_ended_is_cut_at_once(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        await harbor.open()
        await harbor.becomes(reachable=True)
        live = await asyncio.to_thread(harbor.world.router.connect, 10, SERVER, 3_389)
        begun = time.monotonic()
        harbor.tunnels.leave("dv_ida")
        while ida.key in harbor.world.router.run("wg", "show", "all", "peers"):
            assert time.monotonic() - begun < 1
            await asyncio.sleep(0.01)
        await cut(live)
        assert harbor.doors.all_open() == []
        live.close()


async def test_the_kernel_ends_it_with_the_program_dead(tmp_path: Path) -> None:
    async with far(tmp_path) as harbor:
        with laptop(harbor.world.router) as ida:
            await harbor.has(ida)
            await harbor.open(lasts=8 * SECOND)
            await harbor.becomes(reachable=True)
            end = time.monotonic() + 8
            await asyncio.to_thread(harbor.world.router.kill)
            harbor.world.answers(False)
            assert await harbor.world.reaches(3_389)
            await harbor.becomes(reachable=False, seconds=12)
            assert time.monotonic() < end + 1
            assert ida.key in harbor.world.router.run("wg", "show", "all", "peers")
