"""The real agent on a laptop elsewhere: `limen-agent connect`, from enrolment to the end of the tunnel."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.journeys.agent_process import without_names
from tests.network.firewalls.real_router import RealRouter, inside
from tests.network.tunnels.far import Far, far
from tests.network.tunnels.laptop import interface, needs_tunnels
from tests.waiting import until

import limen_agent
from limen.devices.model import State
from limen.devices.service import Devices

pytestmark = needs_tunnels
AGENT = """
import sys
from limen_agent.collectors import tools
tools.TOOLS_IN = (sys.argv.pop(1), *tools.TOOLS_IN)  # before whoever takes it from there is imported
from limen_agent.cli.main import main
sys.exit(main())
"""


@asynccontextmanager
async def limen_at(router: RealRouter, vlan: int, port: int) -> AsyncIterator[None]:
    """What the laptop finds on its own loopback is Limen: agents take names below .localhost for this machine's."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)

        async def copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                to.write(data)
            to.close()

        await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer), return_exceptions=True)

    listening = inside(router.hosts[vlan], lambda: socket.create_server(("127.0.0.1", port)))
    server = await asyncio.start_server(carry, sock=listening)
    try:
        yield
    finally:
        server.close()


class Agent:
    """The agent's program in the laptop's network."""

    def __init__(self, harbor: Far, state: Path) -> None:
        self.harbor, self.state, self.tunnel = harbor, state, interface("a")
        self.inside, self.tools = 0, without_names(state.parent / "tools")
        """In whose mounts it is (0: the test's), and where it finds tools before the system's."""

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        network = f"--net=/proc/{self.harbor.world.router.hosts[10]}/ns/net"
        mounts = [f"--mount=/proc/{self.inside}/ns/mnt"] if self.inside else []
        command = [sys.executable, "-c", AGENT, self.tools, "--state", str(self.state), *words]
        return await asyncio.create_subprocess_exec(
            "nsenter",
            network,
            *mounts,
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(Path(limen_agent.__file__).parents[1])},
        )

    async def enrol(self) -> str:
        limen = self.harbor.world.limen
        process = await self.start("enrol", limen.address, "--token-file", "-")
        said, _ = await process.communicate((await limen.token()).encode())
        assert process.returncode == 0, said.decode()
        (device,) = limen.house.limen.core.offers.take(Devices).of("p_ida")
        return device.id

    async def connect(self) -> asyncio.subprocess.Process:
        return await self.start("connect", "desk", "--interface", self.tunnel)

    def is_up(self) -> bool:
        return Path(f"/var/run/wireguard/{self.tunnel}.sock").exists()


@asynccontextmanager
async def agent(folder: Path) -> AsyncIterator[tuple[Far, Agent, str]]:
    async with far(folder) as harbor:
        port = int(harbor.world.limen.address.rpartition(":")[2])
        async with limen_at(harbor.world.router, 10, port):
            one = Agent(harbor, folder / "state")
            yield harbor, one, await one.enrol()


async def test_it_is_up_while_the_door_is_open(tmp_path: Path) -> None:
    async with agent(tmp_path) as (harbor, one, device_id):
        process = await one.connect()
        await until(lambda: harbor.tunnels.of_device(device_id))
        assert not one.is_up()
        await harbor.open(device_id)
        await harbor.becomes(reachable=True, seconds=20)
        assert await harbor.world.reaches(443) is False
        assert harbor.world.router.run("ip", "-4", "-o", "address").count("10.99.0.1/24") == 1
        harbor.turns[0]("a-test")
        await harbor.becomes(reachable=False)
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        assert not one.is_up()
        assert harbor.tunnels.all() == []
        assert "/network/connect?app=desk" in said.decode()
        assert (one.state / "tunnel.key").stat().st_mode & 0o777 == 0o600


async def test_its_owner_ends_it(tmp_path: Path) -> None:
    async with agent(tmp_path) as (harbor, one, device_id):
        process = await one.connect()
        await until(lambda: harbor.tunnels.of_device(device_id))
        await harbor.open(device_id)
        await until(one.is_up)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            await process.communicate()
        assert process.returncode == 0
        assert not one.is_up()
        assert (harbor.tunnels.all(), harbor.doors.all_open()) == ([], [])


async def test_a_device_in_quarantine_is_cut_and_gets_no_other_tunnel(tmp_path: Path) -> None:
    async with agent(tmp_path) as (harbor, one, device_id):
        process = await one.connect()
        await until(lambda: harbor.tunnels.of_device(device_id))
        await harbor.open(device_id)
        await harbor.becomes(reachable=True, seconds=20)
        devices = harbor.world.limen.devices
        await devices.change(device_id, State.QUARANTINED, by="p_ida")
        assert await harbor.becomes(reachable=False) < 2
        assert (harbor.tunnels.all(), harbor.doors.all_open()) == ([], [])
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            await process.communicate()
        again = await one.connect()
        async with asyncio.timeout(60):
            said, _ = await again.communicate()
        assert again.returncode == 1, said.decode()
        assert harbor.tunnels.all() == []
