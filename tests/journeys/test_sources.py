"""An administrator lets a sender of logs in: the page says what to paste, and what proves the sender is shown once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.monitor.monitor_rules import LogSource, MonitorRules, Way

SOURCES = {
    "app": LogSource("json", Way.HTTP),
    "firewall": LogSource("fortigate", Way.TLS),
    "switch": LogSource("syslog", Way.UDP, ("192.0.2.1/32",)),
    "laptops": LogSource("syslog_file", Way.AGENT, files=("/var/log/auth.log",), journal=True),
}


@pytest.fixture
def sources(harbor: Any) -> Any:
    """Named, and not watched: no process is started beside the other journeys."""

    async def name(rules: MonitorRules) -> None:
        harbor.limen.known.set_rules(MonitorRules, rules)

    harbor.run(name(MonitorRules(watch=False, sources=SOURCES)))
    yield
    harbor.run(name(MonitorRules(watch=False)))


@pytest.mark.usefixtures("sources")
def test_a_sender_is_let_in_and_out_again(harbor: Any, ada: Any) -> None:
    page = ada.page
    page.goto(f"{harbor.origin}/console/sources")
    expect(page.get_by_role("link", name="firewall", exact=True)).to_be_visible()
    ada.clean_both_ways()
    for name in SOURCES:
        page.goto(f"{harbor.origin}/console/sources/{name}")
        expect(heading(ada)).to_have_text(name)
        ada.clean_both_ways()
    for name, button in (("app", "Create a token"), ("firewall", "Create a certificate")):
        page.goto(f"{harbor.origin}/console/sources/{name}")
        page.get_by_label("The machine that sends").fill("wren")
        page.get_by_role("button", name=button).click()
        expect(heading(ada)).to_have_text(f"A sender of {name}")
        ada.clean_both_ways()
        page.get_by_role("link", name=name, exact=True).last.click()
        page.get_by_role("button", name="Remove wren").click()
        expect(page.get_by_role("status")).to_contain_text("Removed")
        expect(page.get_by_role("button", name="Remove wren")).to_have_count(0)
