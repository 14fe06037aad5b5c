"""A switch that moves a port into the VLAN that the decision said: Open vSwitch (its userspace datapath), hostapd at
the port, a laptop with wpa_supplicant, a host in the office's VLAN and one in that of guests, each in a namespace.

hostapd's wired driver moves no port, and real switches do it by themselves. Here `Mover` does, which is a stand-in for
that part of a switch: it reads what hostapd was told, and sets the port's tag.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree, which

import pytest
from tests.enforcement.radius.networks import LAPTOP, door_of, ended, healthy, network, run
from tests.interop.test_wired_8021x import Port, plugged_in, running
from tests.ports import free_port
from tests.waiting import until

SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
OFFICE, GUESTS = "20", "99"
LAPTOPS, IN_OFFICE, AMONG_GUESTS = "10.99.0.1", "10.99.0.2", "10.99.0.3"
_TOLD = re.compile(r"Attribute 81 \(Tunnel-Private-Group-Id\) length=\d+\s+Value: ([0-9a-f]+)\n")


def _missing() -> str:
    if os.geteuid() != 0:
        return "needs root"
    needed = ("freeradius", "hostapd", "wpa_supplicant", "ovs-vsctl", "ovs-vswitchd", "ethtool")
    lacking = [program for program in needed if which(program) is None]
    if lacking or not SCHEMA.exists():
        return f"missing: {', '.join(lacking)} (apt: hostapd wpasupplicant freeradius openvswitch-switch ethtool)"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no network namespaces here"


pytestmark = [pytest.mark.skipif(bool(_missing()), reason=_missing() or "-"), pytest.mark.slow]


@dataclass(frozen=True)
class Switch:
    """Open vSwitch with one bridge, and daemons and a database of its own."""

    folder: Path
    bridge: str

    async def vsctl(self, *words: str) -> str:
        return await run("ovs-vsctl", f"--db=unix:{self.folder}/db.sock", "-t", "10", *words)

    async def plug(self, port: str, vlan: str) -> None:
        await self.vsctl("add-port", self.bridge, port, f"tag={vlan}")

    async def vlan_of(self, port: str) -> str:
        return (await self.vsctl("get", "port", port, "tag")).strip()


@asynccontextmanager
async def switch(mark: str) -> AsyncIterator[Switch]:
    folder = _short_folder()
    own = {"OVS_RUNDIR": str(folder), "OVS_DBDIR": str(folder), "OVS_LOGDIR": str(folder)}
    where = ["env", *(f"{name}={value}" for name, value in own.items())]
    async with AsyncExitStack() as closing:
        closing.callback(rmtree, folder, ignore_errors=True)
        await run(*where, "ovsdb-tool", "create", f"{folder}/conf.db", str(SCHEMA))
        database = (
            "ovsdb-server",
            f"{folder}/conf.db",
            f"--remote=punix:{folder}/db.sock",
            f"--unixctl={folder}/db.ctl",
        )
        await closing.enter_async_context(running(folder / "db.log", *where, *database))
        await until((folder / "db.sock").exists)
        one = Switch(folder, f"lbr{mark}")
        await one.vsctl("--no-wait", "init")
        forwards = ("ovs-vswitchd", f"unix:{folder}/db.sock", "--disable-system", f"--unixctl={folder}/vs.ctl")
        await closing.enter_async_context(running(folder / "vs.log", *where, *forwards))
        await one.vsctl("add-br", one.bridge, "--", "set", "bridge", one.bridge, "datapath_type=netdev")
        closing.push_async_callback(one.vsctl, "del-br", one.bridge)
        yield one


def _short_folder() -> Path:
    """A path of a socket has 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="lo", dir="/dev/shm"))


@asynccontextmanager
async def host(one: Switch, name: str, address: str, vlan: str) -> AsyncIterator[str]:
    """A host with a cable into a port of this VLAN; its namespace."""
    inside, port = f"limen-{name}", f"l{name}"
    async with AsyncExitStack() as closing:
        await run("ip", "netns", "add", inside)
        closing.push_async_callback(run, "ip", "netns", "del", inside)
        await run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", inside)
        closing.push_async_callback(run, "ip", "link", "del", port)
        await addressed(inside, address)
        await run("ip", "link", "set", port, "up")
        await one.plug(port, vlan)
        yield inside


async def addressed(inside: str, address: str) -> None:
    await run("ip", "netns", "exec", inside, "ethtool", "-K", "eth0", "tx", "off")  # no checksums are left to hardware
    await run("ip", "-n", inside, "addr", "add", f"{address}/24", "dev", "eth0")
    await run("ip", "-n", inside, "link", "set", "eth0", "up")


@dataclass(frozen=True)
class Mover:
    """A stand-in for what a switch does by itself: an open port is in RADIUS's VLAN, another in the guests'."""

    one: Switch
    port: Port

    async def watch(self) -> None:
        now = GUESTS
        while True:
            wanted = self._told() if await self.port.is_open() else GUESTS
            if wanted != now:
                await self.one.vsctl("set", "port", self.port.name, f"tag={wanted}")
                now = wanted
            await asyncio.sleep(0.05)

    def _told(self) -> str:
        found = _TOLD.findall((self.port.folder / "switch.log").read_text(errors="replace"))
        return bytes.fromhex(found[-1]).decode() if found else GUESTS


async def reaches(inside: str, address: str) -> bool:
    return "1 received" in await run("ip", "netns", "exec", inside, "ping", "-c1", "-W1", address)


async def test_a_laptop_is_in_the_vlan_of_the_decision_and_among_guests_when_it_is_put_out(tmp_path: Path) -> None:
    mark, das = str(os.getpid() % 100_000), free_port()
    async with AsyncExitStack() as closing:
        net = await closing.enter_async_context(network(tmp_path, das))
        net.count(net.certificate())
        one = await closing.enter_async_context(switch(mark))
        for name, address, vlan in ((f"of{mark}", IN_OFFICE, OFFICE), (f"gu{mark}", AMONG_GUESTS, GUESTS)):
            await closing.enter_async_context(host(one, name, address, vlan))
        port = await closing.enter_async_context(plugged_in(net, tmp_path, das))
        await addressed(port.inside, LAPTOPS)
        await one.plug(port.name, GUESTS)
        moving = asyncio.create_task(Mover(one, port).watch())
        closing.callback(moving.cancel)

        assert await reaches(port.inside, AMONG_GUESTS)
        assert not await reaches(port.inside, IN_OFFICE)  # nothing is known of it yet
        healthy(net.house)
        await run("wpa_cli", "-p", str(tmp_path / "supplicant"), "-i", "eth0", "logon")
        await until_in(one, port, OFFICE)
        assert (await reaches(port.inside, IN_OFFICE), await reaches(port.inside, AMONG_GUESTS)) == (True, False)
        (session,) = door_of(net.house).sessions.open()
        assert (session.device_id, session.app) == (LAPTOP, "office-wifi")

        net.house.limen.known.devices.drop(LAPTOP)
        assert await ended(net.house, "office-wifi")
        await until_in(one, port, GUESTS)
        assert (await reaches(port.inside, IN_OFFICE), await reaches(port.inside, AMONG_GUESTS)) == (False, True)
        assert not moving.done()


async def until_in(one: Switch, port: Port, vlan: str) -> None:
    async with asyncio.timeout(70):
        while await one.vlan_of(port.name) != vlan:  # noqa: ASYNC110 -- the switch tells nobody
            await asyncio.sleep(0.05)
