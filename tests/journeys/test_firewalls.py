"""The rules of a real firewall, tried at its page: not confirmed they go back, confirmed they stay, and what somebody
changes beside Limen is seen there and put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Browser, heading, into_the_console
from tests.journeys.guarded import Guarded, guarding
from tests.network.firewalls.real_router import RealRouter, needs_a_router
from tests.network.firewalls.world import NAME

from limen.network.firewalls.service import FirewallService
from limen.web.network.firewall_pages import AT

pytestmark = needs_a_router
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


def write(folder: Path) -> None:
    (folder / "network.yaml").write_text(NETWORK, "utf-8")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    with guarding(tmp_path, write, takes_rules=False) as one:
        yield one


def trials_last(router: RealRouter, seconds: int) -> None:
    router.run("sed", "-i", f"s/^TRIAL_SECONDS = .*/TRIAL_SECONDS = {seconds}.0/", "/usr/local/sbin/limen-firewall")
    router.kill()
    router.follow()


def test_rules_are_tried_at_the_page(guarded: Guarded, chromium: Any) -> None:
    harbor, router, ada = guarded.harbor, guarded.router, Browser(chromium)
    page = ada.page
    try:
        harbor.open(ada)
        into_the_console(ada, harbor.origin)
        trials_last(router, 8)
        page.goto(harbor.origin + AT)
        expect(heading(ada)).to_have_text("Firewalls")
        ada.clean_both_ways()
        page.get_by_role("link", name=NAME).click()
        expect(heading(ada)).to_have_text(NAME)
        expect(page.locator("#plan")).to_contain_text("desk")
        ada.clean_both_ways()
        assert router.reaches(10, "10.20.0.10", 3_389)

        page.get_by_role("button", name="Apply on trial").click()
        expect(page.get_by_role("button", name="Confirm")).to_be_visible(timeout=15_000)
        guarded.becomes(reachable=False)
        expect(page.locator("#plan")).to_be_visible(timeout=30_000)
        expect(page.locator("#history")).to_contain_text("nobody confirmed")
        guarded.becomes(reachable=True)

        trials_last(router, 60)
        page.get_by_role("button", name="Apply on trial").click()
        left = page.locator("[data-left]")
        expect(left).to_be_visible(timeout=15_000)
        first = int(left.inner_text())
        expect(left).not_to_have_text(str(first))
        assert int(left.inner_text()) < first
        guarded.becomes(reachable=False)
        ada.clean_both_ways()
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("main header .effect.permit")).to_be_visible()
        expect(page.locator("#trial")).to_have_count(0)
        ada.clean_both_ways()
        assert not guarded.router.reaches(10, "10.20.0.10", 3_389)
        assert guarded.router.reaches(10, "10.20.0.10", 443)
        router.wait_for("sh", "-c", "! test -e /etc/limen-firewall/trial")

        _somebody_changes_rules(guarded, ada)
    finally:
        ada.context.close()


def _somebody_changes_rules(guarded: Guarded, ada: Browser) -> None:
    """Put back by the firewall itself; and, where that is off, by a press."""
    harbor, router, page = guarded.harbor, guarded.router, ada.page
    opened = ("nft", "insert", "rule", "inet", "limen", "forward", "accept")
    router.run(*opened)
    guarded.becomes(reachable=False)
    _until_shown(page, re.compile("by itself"))
    expect(page.get_by_role("button", name="Put back")).to_have_count(0)
    ada.clean_both_ways()

    followers = harbor.limen.core.offers.take(FirewallService).followers

    async def repairs_no_more() -> None:
        followers.repairs = False
        followers.change()

    harbor.run(repairs_no_more())
    page.wait_for_timeout(2_000)
    router.run(*opened)
    guarded.becomes(reachable=True)
    for _ in range(20):
        page.reload()
        if page.get_by_role("button", name="Put back").count():
            break
        page.wait_for_timeout(500)
    ada.clean_both_ways()
    page.get_by_role("button", name="Put back").click()
    guarded.becomes(reachable=False)
    expect(page.locator("#trial")).to_have_count(0)
    expect(page.locator("main header .effect.permit")).to_be_visible()


def _until_shown(page: Any, words: re.Pattern[str]) -> None:
    for _ in range(20):
        page.reload()
        if page.locator("#drift").count() and words.search(page.locator("#drift").inner_text()):
            return
        page.wait_for_timeout(500)
    raise AssertionError("it was never told")
