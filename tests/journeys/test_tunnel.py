"""From elsewhere to a server, whole: a real Chromium that is tied to a real agent's device, `limen-agent connect`, a
real WireGuard and a real nftables; shut within a second when the device is not healthy any more, or in quarantine.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.agent_process import AgentProcess
from tests.journeys.conftest import CHROMIUM, Browser, Harbor, serve, started_by
from tests.journeys.guarded import Guarded, followed_by
from tests.journeys.test_unhealthy_device import RULES, WHAT, enrol, health, wait_for
from tests.network.firewalls.real_router import real_router
from tests.network.firewalls.world import SERVER
from tests.network.tunnels.far import DOMAIN
from tests.network.tunnels.laptop import interface, needs_tunnels
from tests.network.tunnels.test_agent_connects import limen_at
from tests.ports import free_port

from limen.devices.model import State
from limen.devices.service import Devices

pytestmark = needs_tunnels
NAME = "Nora Feld"
APP = """
- id: desk-away
  name: Accounting desktop
  label: internal
  protocol: network
  network: {to: [desk], services: [rdp, ssh], minutes: 30}
"""
NETWORK = """
zones:
  servers: {kind: server, prefixes: [10.20.0.0/24], interface: vlan20}
  admin: {kind: management, prefixes: [10.50.0.0/24], interface: vlan50}
  vpn: {kind: vpn, prefixes: [10.99.0.0/24], interface: TUNNELS}
hosts:
  desk: {zone: servers, addresses: [10.20.0.10]}
firewalls:
  gw1:
    {kind: nftables, device: gw1, uplink: vlan10, wireguard: {interface: TUNNELS, endpoint: 10.10.0.1, domain: DOMAIN}}
"""
POLICY = """
@id("finance-connects-from-healthy-devices")
@title("Finance connects to its desktop")
@reason("They work there.")
permit (principal in Group::"finance", action == Action::"connect", resource == App::"desk-away")
when { context.auth.strength >= 3 && context.device.compliance == "compliant" };
"""


@dataclass
class Away:
    """Somebody's laptop, in a network of its own elsewhere, with the browser and the agent on it."""

    guarded: Guarded
    browser: Browser
    laptop: AgentProcess
    tunnel: str

    @property
    def harbor(self) -> Harbor:
        return self.guarded.harbor

    @property
    def row(self) -> Any:
        return self.browser.page.locator('[data-app="desk-away"]')

    def connect(self) -> subprocess.Popen[str]:
        """The command, and the page that it shows."""
        running = self.laptop.connect("desk-away", self.tunnel)
        assert running.stdout is not None
        page = next(line.strip() for line in running.stdout if "/network/connect?app=" in line)
        self.browser.page.goto(page)
        return running

    def opens(self, running: subprocess.Popen[str]) -> None:
        """A press of the button; then the command says where the server is."""
        self.row.get_by_role("button").click()
        self.browser.page.wait_for_url(f"{self.harbor.origin}/network/connect?done=opened")
        expect(self.row.locator(".effect.permit")).to_be_visible()
        assert running.stdout is not None
        assert any(SERVER in line for line in running.stdout)

    def asked(self, name: str) -> str:
        """What the real resolver at the tunnel's end says."""
        network = f"--net=/proc/{self.guarded.router.hosts[10]}/ns/net"
        command = ["nsenter", network, "dig", "+short", "+tries=1", "+timeout=1", name, "@10.99.0.1"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def reached_for(self) -> float:
        """How many seconds the server was still reached: until the last connection that came about."""
        begun = last = time.monotonic()
        while True:
            try:
                self.guarded.router.connect(10, SERVER, 3_389, seconds=0.3).close()
            except OSError:
                return last - begun
            last = time.monotonic()
            assert last - begun < 10

    def has_ended(self, running: subprocess.Popen[str]) -> None:
        """The command says so and ends; the page shows nothing open."""
        running.communicate(timeout=60)
        assert not Path(f"/var/run/wireguard/{self.tunnel}.sock").exists()
        self.browser.page.goto(f"{self.harbor.origin}/network/connect?app=desk-away")
        expect(self.row).to_be_visible()
        expect(self.row.locator(".effect.permit")).to_have_count(0)


@pytest.fixture
def away(tmp_path: Path, chromium: Any) -> Iterator[Away]:
    port, tunnels = free_port(), interface("r")

    def write(folder: Path) -> None:
        apps = folder / "apps.yaml"
        apps.write_text(apps.read_text("utf-8") + APP, "utf-8")
        (folder / "network.yaml").write_text(NETWORK.replace("TUNNELS", tunnels).replace("DOMAIN", DOMAIN), "utf-8")
        (folder / "policies" / "60-tunnels.cedar").write_text(POLICY, "utf-8")
        (folder / "devices.yaml").write_text(RULES, "utf-8")

    harbor, stop = serve(tmp_path / "limen", port, free_port(), None, write)
    try:
        with real_router(tmp_path / "router") as router, router.listening(20, 443), router.listening(20, 3_389):
            at = limen_at(router, 10, port)
            harbor.run(at.__aenter__())
            laptop = AgentProcess(tmp_path / "laptop", router.hosts[10])
            program = tmp_path / "chromium"
            program.write_text(f'#!/bin/sh\nexec nsenter --net=/proc/{router.hosts[10]}/ns/net {CHROMIUM} "$@"\n')
            program.chmod(0o755)
            try:
                with followed_by(harbor, router) as guarded, started_by(program, chromium) as laptops:
                    browser = Browser(laptops)
                    yield Away(guarded, browser, laptop, interface("a"))
                    browser.context.close()
            finally:
                laptop.stop()
                harbor.run(at.__aexit__(None, None, None))
    finally:
        stop()


def test_a_server_is_reached_from_elsewhere_while_the_device_is_healthy(away: Away) -> None:
    harbor, guarded, page = away.harbor, away.guarded, away.browser.page
    harbor.arrive(away.browser, NAME, "staff", "finance")
    enrol(harbor, away.browser, away.laptop)
    page.goto(f"{harbor.origin}/devices/prove?app=limen&to=/network/connect")
    page.wait_for_url(f"{harbor.origin}/network/connect")
    wait_for(page, lambda: health(harbor, NAME) == "compliant")
    expect(page.locator("#elsewhere")).to_be_visible()
    away.browser.clean_both_ways()
    assert not guarded.router.reaches(10, SERVER, 3_389)

    running = away.connect()
    away.opens(running)
    away.browser.clean_both_ways()
    guarded.becomes(reachable=True)
    assert not guarded.router.reaches(10, SERVER, 443)
    assert away.asked(f"desk.{DOMAIN}") == SERVER

    away.laptop.found(WHAT)
    wait_for(page, lambda: health(harbor, NAME) == "non_compliant")
    assert away.reached_for() < 1
    away.has_ended(running)
    running = away.connect()
    away.row.get_by_role("button").click()
    expect(page.locator('[data-check="threats"]')).to_be_visible()
    assert not guarded.router.reaches(10, SERVER, 3_389)

    away.laptop.mended()
    wait_for(page, lambda: health(harbor, NAME) == "compliant")
    page.goto(f"{harbor.origin}/network/connect?app=desk-away")
    away.opens(running)
    guarded.becomes(reachable=True)
    devices = harbor.limen.core.offers.take(Devices)
    (device,) = devices.of(harbor.people[NAME])
    harbor.run(devices.change(device.id, State.QUARANTINED, by=harbor.people[NAME]))
    assert away.reached_for() < 1
    running.communicate(timeout=60)
    page.goto(f"{harbor.origin}/network/connect")
    expect(away.row.locator(".effect.permit")).to_have_count(0)
    why = [event.reason for event in harbor.run(closed(harbor))]
    assert len(why) == 2


async def closed(harbor: Harbor) -> list[Any]:
    """What is on record of connections that closed."""
    harbor.limen.journal.flush()
    return list(harbor.limen.journal.recent(500, lambda event: event.kind == "network.door_closed"))
