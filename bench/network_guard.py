"""A firewall that follows Limen, with the real kernel and the real monitoring: how soon what happens there is known.

The router, its hosts and the way to Limen are those of the tests, in namespaces. Root only.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.devices.served import served
from tests.monitor.houses import sources_of, until, watch_of, write_monitor
from tests.monitor.over_harbor import alerts_of
from tests.monitor.test_loop import is_up_to_date
from tests.network.firewalls.real_router import RealRouter, inside, real_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import SERVER, World, followed
from tests.network.networks import zone

from limen.network.model import Network

NETWORK = Network((zone("office", "workstation", 10), zone("vaults", "backup", 20), zone("admins", "management", 50)))
EDITS = 10
SOURCES = 15
"""Fewer than make a storm (`STORM` of `monitor.alerts.model`), also with a stray packet of the hosts themselves."""
CLOSED = 10
LONGEST_SECONDS = 60


def guard() -> dict[str, float]:
    return asyncio.run(_guard())


async def _guard() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, real_router(Path(folder) / "router") as router:
        async with served(Path(folder) / "harbor", write_monitor) as limen, followed(limen, router) as world:
            async with asyncio.timeout(120):
                await watch_of(limen.house).supervision.ready()
            await until(lambda: sources_of(limen.house).is_taking)
            await until(lambda: is_up_to_date(limen.house), 60)
            limen.house.limen.known.set_rules(Network, NETWORK)
            begun = time.monotonic()
            await world.confirmed(rules(443))
            found = {"change_confirmed_s": round(time.monotonic() - begun, 2)}
            return {**found, **await _drift(world), **await _denied(world), **await _closing(world)}


async def _drift(world: World) -> dict[str, float]:
    """From the edit by hand to the event in the journal: the longest."""
    took = []
    for number in range(EDITS):
        begun = time.monotonic()
        words = ("nft", "add", "rule", "inet", "limen", "forward", "tcp", "dport", str(2_000 + number), "accept")
        await asyncio.to_thread(world.router.run, *words)
        many = number + 1
        await until(lambda many=many: len(world.limen.house.events("network.drift")) >= many)
        took.append(time.monotonic() - begun)
    return {"drift_found_s": round(max(took), 2)}


async def _denied(world: World) -> dict[str, float]:
    """From a packet that is denied to the alert on who sent it, each from an address that nobody used before."""
    took = []
    for number in range(SOURCES):
        source = f"10.10.0.{20 + number}"
        _add_address(world.router, source)
        begun = time.monotonic()
        with suppress(OSError):
            await asyncio.to_thread(inside, world.router.hosts[10], _connecting(source))
        async with asyncio.timeout(LONGEST_SECONDS):
            while not await _is_alerted(world, source):  # noqa: ASYNC110 -- an alert tells nobody here
                await asyncio.sleep(0.05)
        took.append((time.monotonic() - begun) * 1_000)
    return {"deny_to_alert_ms_p95": round(statistics.quantiles(took, n=20)[-1])}


def _add_address(router: RealRouter, address: str) -> None:
    words = [
        "nsenter",
        f"--net=/proc/{router.hosts[10]}/ns/net",
        "ip",
        "address",
        "add",
        f"{address}/24",
        "dev",
        "eth0",
    ]
    subprocess.run(words, check=True)


def _connecting(source: str) -> Callable[[], socket.socket]:
    return lambda: socket.create_connection((SERVER, 22), timeout=1, source_address=(source, 0))


async def _is_alerted(world: World, source: str) -> bool:
    cases = await alerts_of(world.limen.house).cases()
    return any(alert.entity == f"address:{source}" for case in cases for alert in case.alerts)


async def _closing(world: World) -> dict[str, float]:
    """From the no in Limen to the first connection that is refused."""
    took = []
    for number in range(CLOSED):
        world.firewalls.followers.open(world.opening(f"o{number}"))
        await world.becomes(reachable=True, port=3389)
        world.firewalls.followers.close(f"o{number}")
        took.append(await world.becomes(reachable=False, port=3389) * 1_000)
    return {"close_early_ms_max": round(max(took))}
