"""A switch port by hostapd and a laptop by wpa_supplicant, in a network namespace of its own: joining by 802.1X through
FreeRADIUS, and being put out when the decision turns.

hostapd's wired driver opens and closes the port; it puts nobody into a VLAN by itself (`test_vlan_move.py`).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
from tests.enforcement.radius.networks import LAPTOP, Network, door_of, ended, healthy, network, run, ties_of
from tests.ports import free_port
from tests.waiting import until

from limen.clock import SECOND
from limen.devices.certificates.authority import LIVES

_SWITCH = """interface={port}
driver=wired
logger_stdout=-1
logger_stdout_level=1
ctrl_interface={folder}/hostapd
ieee8021x=1
use_pae_group_addr=1
own_ip_addr=127.0.0.1
nas_identifier=switch
auth_server_addr=127.0.0.1
auth_server_port={auth}
auth_server_shared_secret={secret}
acct_server_addr=127.0.0.1
acct_server_port={accounting}
acct_server_shared_secret={secret}
radius_das_port={das}
radius_das_client=127.0.0.1 {secret}
radius_das_require_event_timestamp=1
radius_das_require_message_authenticator=1
"""
_LAPTOP = """ctrl_interface={folder}/supplicant
ap_scan=0
eapol_version=2
network={{
 key_mgmt=IEEE8021X
 eapol_flags=0
 eap=TLS
 identity="{name}"
 ca_cert="{certificates}/devices.pem"
 client_cert="{certificates}/device.pem"
 private_key="{certificates}/device.key"
 domain_suffix_match="radius.limen.harbor.localhost"
}}
"""


def _missing() -> str:
    if os.geteuid() != 0:
        return "needs root"
    for program, package in (("freeradius", "freeradius"), ("hostapd", "hostapd"), ("wpa_supplicant", "wpasupplicant")):
        if which(program) is None:
            return f"{program} is missing (apt: {package})"
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no network namespaces here"


pytestmark = [
    pytest.mark.skipif(bool(_missing()), reason=_missing() or "-"),
    pytest.mark.slow,
]


@dataclass
class Port:
    """A port of the switch, by its name, with the laptop in the namespace `inside` at the other end of its cable."""

    folder: Path
    name: str
    inside: str

    async def is_open(self) -> bool:
        """Whether the port lets anything through but 802.1X."""
        said = await run("hostapd_cli", "-p", f"{self.folder}/hostapd", "all_sta")
        return "[AUTHORIZED]" in said

    async def is_closed_soon(self) -> bool:
        for _ in range(100):
            if not await self.is_open():
                return True
            await asyncio.sleep(0.05)
        return False


@asynccontextmanager
async def plugged_in(net: Network, folder: Path, das: int) -> AsyncIterator[Port]:
    """A cable between a port of this machine and a namespace, a switch at one end and a laptop at the other."""
    mark = f"{os.getpid() % 100_000}"
    inside, port = f"limen-{mark}", f"lsw{mark}"
    (folder / "switch.conf").write_text(
        _SWITCH.format(port=port, folder=folder, auth=net.port, accounting=net.port + 1, secret=net.secret, das=das)
    )
    (folder / "laptop.conf").write_text(_LAPTOP.format(folder=folder, certificates=net.folder, name=LAPTOP))
    async with AsyncExitStack() as closing:
        await run("ip", "netns", "add", inside)
        closing.push_async_callback(run, "ip", "netns", "del", inside)
        await run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", inside)
        closing.push_async_callback(run, "ip", "link", "del", port)
        await run("ip", "link", "set", port, "up")
        await run("ip", "-n", inside, "link", "set", "eth0", "up")
        await closing.enter_async_context(
            running(folder / "switch.log", "hostapd", "-ddd", str(folder / "switch.conf"))
        )
        laptop = ("wpa_supplicant", "-Dwired", "-ieth0", f"-c{folder}/laptop.conf")
        await closing.enter_async_context(running(folder / "laptop.log", "ip", "netns", "exec", inside, *laptop))
        yield Port(folder, port, inside)


@asynccontextmanager
async def running(log: Path, *command: str) -> AsyncIterator[None]:
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_a_laptop_joins_and_is_put_out_when_it_is_not_healthy_any_more(tmp_path: Path) -> None:
    das = free_port()
    async with network(tmp_path, das) as net:
        net.count(net.certificate())
        healthy(net.house)
        door = door_of(net.house)
        async with plugged_in(net, tmp_path, das) as port:
            await until(lambda: any(one.accounted for one in door.sessions.open()))
            assert await port.is_open()
            net.house.limen.known.devices.drop(LAPTOP)
            assert await ended(net.house, "office-wifi")
            assert await port.is_closed_soon()
            assert net.house.events("radius.disconnect_failed") == []
            assert door.sessions.open() == []


async def test_the_port_closes_on_time_when_nothing_of_limen_runs_any_more(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        net.count(net.certificate(age=LIVES - 12 * SECOND))
        healthy(net.house)
        door, clock = door_of(net.house), net.house.clock
        (held,) = ties_of(net.house).certificates_of(LAPTOP)
        async with plugged_in(net, tmp_path, free_port()) as port:
            await until(lambda: any(one.accounted for one in door.sessions.open()))
            net.process.terminate()
            await door.sessions.close()
            assert await port.is_open()
            while clock.now() < held.until - 2 * SECOND:
                assert await port.is_open()
                await asyncio.sleep(0.1)
            assert await port.is_closed_soon()
            assert abs(clock.now() - held.until) <= 1_500
