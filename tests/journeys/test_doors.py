"""A door in the firewall: opened with a press in a real browser, real packets come through a real firewall, and don't
any more within a second after the group is lost.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Browser
from tests.journeys.guarded import Guarded, guarding
from tests.network.firewalls.real_router import needs_a_router

pytestmark = needs_a_router
HERE = "10.10.0.10"
"""Where the browser is, as the front before Limen says."""
APP = """
- id: desk
  name: Accounting desktop
  label: internal
  protocol: network
  network: {to: [desk], services: [rdp], minutes: 30}
"""
NETWORK = """
zones:
  office: {kind: workstation, prefixes: [10.10.0.0/24], interface: vlan10, isolated: true}
  servers: {kind: server, prefixes: [10.20.0.0/24], interface: vlan20}
  admin: {kind: management, prefixes: [10.50.0.0/24], interface: vlan50}
hosts:
  desk: {zone: servers, addresses: [10.20.0.10]}
flows:
  - {id: web, from: office, to: desk, service: https, owner: finance, purpose: Accounts, review: 2099-01-01}
firewalls:
  gw1: {kind: nftables, device: gw1}
"""
POLICY = """
@id("finance-connects")
@title("Finance connects to its desktop")
@reason("They work there.")
permit (principal in Group::"finance", action == Action::"connect", resource == App::"desk")
when { context.auth.strength >= 3 };
"""


def write(folder: Path) -> None:
    apps, settings = folder / "apps.yaml", folder / "limen.toml"
    apps.write_text(apps.read_text("utf-8") + APP, "utf-8")
    text = settings.read_text("utf-8").replace("[listen]\n", '[listen]\ntrusted_proxies = ["127.0.0.1/32"]\n')
    settings.write_text(text, "utf-8")
    (folder / "network.yaml").write_text(NETWORK, "utf-8")
    (folder / "policies" / "60-doors.cedar").write_text(POLICY, "utf-8")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    with guarding(tmp_path, write) as one:
        yield one


def waits_in_a_terminal(origin: str, home: Path) -> subprocess.Popen[str]:
    """`limen connect` as somebody types it, with a home of their own."""
    command = [sys.executable, "-m", "limen.cli.main", "connect", "desk", "--limen", origin, "--no-browser"]
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_somebody_opens_a_door_and_it_shuts_with_the_group(guarded: Guarded, chromium: Any, tmp_path: Path) -> None:
    harbor, browser = guarded.harbor, Browser(chromium, extra_http_headers={"x-forwarded-for": HERE})
    try:
        harbor.arrive(browser, "Nora Feld", "staff", "finance")
        page = browser.page
        guarded.becomes(reachable=True, port=443)
        guarded.becomes(reachable=False)

        page.locator('[data-outside="desk"] a').click()
        page.wait_for_url(harbor.origin + "/network/connect?app=desk")
        row = page.locator('[data-app="desk"]')
        expect(row.locator(".effect")).to_have_count(0)
        browser.clean_both_ways()
        terminal = waits_in_a_terminal(harbor.origin, tmp_path)
        assert terminal.stdout is not None
        assert terminal.stdout.readline()
        page.goto(terminal.stdout.readline().strip())
        row.get_by_role("button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/\?"))
        said, _ = terminal.communicate(timeout=60)
        assert (terminal.returncode, said.count("desk")) == (0, 1)
        page.goto(harbor.origin + "/network/connect")
        expect(row.locator(".effect.permit")).to_be_visible()
        browser.clean_both_ways()
        assert guarded.becomes(reachable=True) < 2

        begun = time.monotonic()
        harbor.run(harbor.limen.identity.people.set_groups(harbor.people["Nora Feld"], ["staff"], by=""))
        assert guarded.becomes(reachable=False) < 1
        assert time.monotonic() - begun < 2
        guarded.becomes(reachable=True, port=443)

        page.goto(harbor.origin)
        expect(page.locator('[data-outside="desk"]')).to_have_count(0)
    finally:
        browser.context.close()
