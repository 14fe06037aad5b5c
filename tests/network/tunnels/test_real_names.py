"""Names asked by the real dig through a real WireGuard: each device is told of what is open to it, while it is open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.network.tunnels.asking import dig, needs_dig
from tests.network.tunnels.far import DOMAIN, RESOLVER_6, SERVER, Far, far
from tests.network.tunnels.laptop import laptop, needs_tunnels

from limen.clock import SECOND

pytestmark = [needs_tunnels, needs_dig]
NAME = f"desk.{DOMAIN}"


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[Far]:
    async with far(tmp_path) as one:
        yield one


async def test_a_name_is_there_while_its_door_is_open_and_to_its_device_alone(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        assert await asyncio.to_thread(ida.is_heard)
        assert (await dig(ida, NAME)).status == "REFUSED"
        await harbor.open()
        found = await dig(ida, NAME, until_status="NOERROR")
        assert (found.addresses, found.flags & {"aa", "ra"}) == ([SERVER], {"aa"})
        assert 1 <= found.ttl <= 5
        assert (await dig(ida, NAME.upper())).addresses == [SERVER]
        assert (await dig(ida, NAME, "AAAA")).addresses == []
        assert (await dig(ida, NAME, "AAAA", at=RESOLVER_6)).status == "NOERROR"
        begun = time.monotonic()
        harbor.turns[0]("a-test")
        await dig(ida, NAME, until_status="REFUSED")
        assert time.monotonic() - begun < 1.5


async def test_it_is_over_with_its_door_though_limen_is_away(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        assert await asyncio.to_thread(ida.is_heard)
        end = time.monotonic() + 7
        await harbor.open(lasts=7 * SECOND)
        assert (await dig(ida, NAME, until_status="NOERROR")).addresses == [SERVER]
        harbor.world.answers(False)
        await dig(ida, NAME, until_status="REFUSED", seconds=10)
        assert time.monotonic() < end + 1


async def test_what_answers_has_no_rights_and_is_there_again_when_it_ends(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        await harbor.open()
        await dig(ida, NAME, until_status="NOERROR")
        router = harbor.world.router
        pid = router.run("pgrep", "-f", "limen-firewall names").split()[0]
        said = dict(line.split(":\t", 1) for line in router.run("cat", f"/proc/{pid}/status").splitlines())
        assert set(said["Uid"].split()) == {router.run("id", "-u", "nobody").strip()}
        assert (int(said["CapEff"], 16), int(said["CapPrm"], 16), said["NoNewPrivs"]) == (0, 0, "1")
        router.run("kill", "-KILL", pid)
        await dig(ida, NAME, until_status="NOERROR", seconds=12)
        router.kill()
        await asyncio.to_thread(router.wait_for, "sh", "-c", "! pgrep -f '[l]imen-firewall names'")
