"""`limen-agent connect` gives a laptop the names of what is open, by the real systemd-resolved, and takes them away."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.network.tunnels.asking import needs_dig
from tests.network.tunnels.far import DOMAIN, SERVER
from tests.network.tunnels.laptop import needs_tunnels
from tests.network.tunnels.resolved import resolved
from tests.network.tunnels.test_agent_connects import agent
from tests.waiting import until

pytestmark = [needs_tunnels, needs_dig]
NAME = f"desk.{DOMAIN}"


async def test_a_program_of_the_laptop_finds_the_server_by_its_name(tmp_path: Path) -> None:
    async with agent(tmp_path) as (harbor, one, device_id):
        with resolved(tmp_path / "resolved", harbor.world.router.hosts[10]) as names:
            one.inside, one.tools = names.inside, names.tools
            process = await one.connect()
            await until(lambda: harbor.tunnels.of_device(device_id))
            assert await names.finds(NAME) == []
            await harbor.open(device_id)
            async with asyncio.timeout(60):
                while await names.finds(NAME) != [SERVER]:  # noqa: ASYNC110 -- what is waited for tells nobody
                    await asyncio.sleep(0.2)
            asked = await names.run(f"{names.tools}/resolvectl", "status", one.tunnel)
            assert f"~{NAME}" in asked.split()
            assert "-DefaultRoute" in asked
            assert await names.finds(f"other.{DOMAIN}") == []
            assert "status: NOERROR" in await names.run("dig", "+timeout=2", "+tries=1", NAME, "@127.0.0.53")
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(60):
                said, _ = await process.communicate()
            assert NAME in said.decode()
            assert await names.finds(NAME) == []


async def test_without_it_the_laptop_is_told_to_use_addresses(tmp_path: Path) -> None:
    async with agent(tmp_path) as (harbor, one, device_id):
        process = await one.connect()
        await until(lambda: harbor.tunnels.of_device(device_id))
        await harbor.open(device_id)
        await harbor.becomes(reachable=True, seconds=20)
        assert process.stdout is not None
        said = b""
        async with asyncio.timeout(60):
            while b"resolve" not in said:
                said += await process.stdout.readline()
        assert SERVER.encode() in said
        process.send_signal(signal.SIGINT)
        await process.communicate()
        assert process.returncode == 0
