"""From a packet that the kernel denied to the alert: each is an event with its zones, and no one is lost."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest
from tests.devices.served import served
from tests.monitor.houses import sources_of, stored, watch_of, write_monitor
from tests.monitor.over_harbor import alerts_of
from tests.monitor.test_loop import is_up_to_date
from tests.network.firewalls.real_router import RealRouter, needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import NAME, SERVER, followed, router
from tests.network.networks import zone
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.normal_form.frame import FIREWALLS
from limen.network.firewalls.intended import intended
from limen.network.model import Firewall, Network

__all__ = ["router"]
pytestmark = [needs_a_router, pytest.mark.slow]
NETWORK = Network((zone("office", "workstation", 10), zone("vaults", "backup", 20), zone("admins", "management", 50)))


GUARDED = "7a1b2f04-9a3e-5f1c-b2f8-3f2f7d3d9c63"
"""The rule that finds who tries to reach a backup."""
SCANNED = "c524ed0f-4f2d-5904-8403-a867a596fdc7"
"""The one that finds who tries many ports of one host."""


async def test_each_denied_packet_is_an_event_and_who_tries_a_backup_an_alert(
    tmp_path: Path, router: RealRouter
) -> None:
    async with served(tmp_path / "harbor", write_monitor) as limen, followed(limen, router) as world:
        house = limen.house
        async with asyncio.timeout(60):
            await watch_of(house).supervision.ready()
        await until(lambda: sources_of(house).is_taking)
        await until(lambda: is_up_to_date(house), 60)
        house.limen.known.set_rules(Network, NETWORK)
        await world.confirmed(rules(443))
        begun = time.monotonic()
        for port in (3389, 445, 22, 3389, 8080):
            assert not await world.reaches(port)
        while not (found := await alerts_of(house).cases()):
            assert time.monotonic() < begun + 10
            await asyncio.sleep(0.05)
        assert {alert.rule for case in found for alert in case.alerts} == {GUARDED}
        await until(lambda: sum(one["fields"]["count"] for one in _denied(house)) == 5)
        counted = re.search(r"counter packets (\d+)", router.run("nft", "list", "chain", "inet", "limen", "deny"))
        assert counted is not None
        assert int(counted[1]) == 5
        first = _denied(house)[0]
        assert (first["host"], first["src_ip"], first["dst_ip"], first["category"]) == (
            "gw1",
            "10.10.0.10",
            SERVER,
            "firewall",
        )
        assert (first["fields"]["from_zone"], first["fields"]["to_zone"]) == ("office", "vaults")
        assert first["fields"]["needs"].split()[:3:2] == ["office", "vaults"]


async def test_who_scans_a_server_is_an_alert_within_seconds(tmp_path: Path, router: RealRouter) -> None:
    zones = (zone("office", "workstation", 10), zone("servers", "server", 20), zone("admins", "management", 50))
    of = Network(zones, firewalls=(Firewall(NAME, "nftables", ()),))
    async with served(tmp_path / "harbor", write_monitor) as limen, followed(limen, router) as world:
        house = limen.house
        async with asyncio.timeout(60):
            await watch_of(house).supervision.ready()
        await until(lambda: sources_of(house).is_taking)
        await until(lambda: is_up_to_date(house), 60)
        house.limen.known.set_rules(Network, of)
        await world.confirmed(intended(of, NAME, "2026-11-27", world.now).ruleset)
        begun = time.monotonic()
        for port in range(1, 61):
            assert not await world.reaches(port)
        while SCANNED not in {alert.rule for case in await alerts_of(house).cases() for alert in case.alerts}:
            assert time.monotonic() < begun + 10
            await asyncio.sleep(0.05)


def _denied(house: House) -> list[dict[str, Any]]:
    return [one for one in stored(house) if one["source"] == FIREWALLS]
