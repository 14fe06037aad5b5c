"""A way through the network, from a packet that a real firewall refused to one that it lets through: asked for by who
was refused, approved by the owner with a passkey, published by an administrator.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, Browser, heading, into_the_console
from tests.journeys.guarded import Guarded, guarding
from tests.journeys.test_doors import HERE, NETWORK
from tests.journeys.test_policy_tasks import publish
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.world import SERVER

from limen.clock import MINUTE
from limen.network.learning.service import Learning

PORT = 8_088
PURPOSE = "Orders of the warehouse"


def write(folder: Path) -> None:
    settings = folder / "limen.toml"
    text = settings.read_text("utf-8").replace("[listen]\n", '[listen]\ntrusted_proxies = ["127.0.0.1/32"]\n')
    settings.write_text(text, "utf-8")
    (folder / "network.yaml").write_text(NETWORK, "utf-8")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    with guarding(tmp_path, write, (443, PORT)) as one:
        yield one


def is_refused_and_told(guarded: Guarded, oscar: Any) -> Any:
    """The row of what was refused, as soon as the firewall has told of it."""
    row = oscar.page.locator("#refused li")
    whose: Any = guarded.harbor.limen.core.offers.take(Learning)._whose
    whose.__self__._looked_at = None  # who is where is looked at once a minute, and he has just come
    for _ in range(40):
        assert not guarded.router.reaches(10, SERVER, PORT)
        time.sleep(0.5)
        oscar.page.goto(f"{guarded.harbor.origin}/access")
        if row.count():
            return row
    raise AssertionError(guarded.router.said("follow"))


@needs_a_router
def test_from_a_refusal_to_a_connection(guarded: Guarded, chromium: Any, browse: Any) -> None:
    harbor, oscar = guarded.harbor, Browser(chromium, extra_http_headers={"x-forwarded-for": HERE})
    maren, ada = browse(), browse()
    try:
        harbor.open(ada)
        harbor.arrive(oscar, "Oscar Lund", "staff", "engineering")
        harbor.sit_at(HERE, "Oscar Lund")
        harbor.arrive(maren, "Maren Voss", "staff", "finance")

        row = is_refused_and_told(guarded, oscar)
        expect(row).to_contain_text(f"tcp/{PORT}")
        oscar.clean_both_ways()
        row.get_by_role("link").focus()
        oscar.page.keyboard.press("Enter")
        expect(heading(oscar)).to_have_text("Ask for a connection")
        expect(oscar.page.get_by_label(re.compile("^From"))).to_have_value("office")
        expect(oscar.page.get_by_role("textbox", name=re.compile("^To "))).to_have_value("desk")
        oscar.clean_both_ways()
        oscar.page.get_by_label("What for").fill(PURPOSE)
        oscar.page.get_by_role("button", name="Ask for this connection").click()
        expect(oscar.page.locator("[data-request]")).to_have_count(1)
        oscar.clean_both_ways()

        harbor.age_sign_ins(6 * MINUTE, "Maren Voss")
        maren.page.get_by_role("link", name="Requests").click()
        expect(maren.page.locator("[data-request] [data-opens]")).to_contain_text(f"tcp/{PORT}")
        maren.clean_both_ways()
        maren.page.get_by_role("button", name=re.compile("^Approve the connection of Oscar Lund")).click()
        maren.page.get_by_role("button", name="Use my passkey").click()
        maren.page.get_by_role("button", name="Do it now").click()
        expect(maren.page.get_by_role("status")).to_contain_text("Approved")
        maren.clean_both_ways()
        assert not guarded.router.reaches(10, SERVER, PORT)

        into_the_console(ada, harbor.origin)
        ada.page.goto(f"{harbor.origin}/console/network/flows")
        expect(ada.page.locator("#approved")).to_contain_text(PURPOSE)
        ada.clean_both_ways()
        ada.page.locator("#approved").get_by_role("button").click()
        expect(heading(ada)).to_have_text("What would change")
        expect(ada.page.locator("#people")).to_contain_text(f"tcp/{PORT}")
        publish(ada, "Orders")
        guarded.take_rules()
        guarded.becomes(reachable=True, port=PORT)
        oscar.page.goto(f"{harbor.origin}/access")
        expect(oscar.page.locator("[data-request] .effect.permit")).to_have_count(1)
        oscar.clean_both_ways()
    finally:
        oscar.context.close()


def test_asked_for_in_german_on_a_phone_and_withdrawn(harbor: Any, browse: Any) -> None:
    juna = browse(**PHONE, locale="de-DE")
    harbor.arrive(juna, "Juna Brandt", "staff")
    harbor.signed_in("Kim Olsen", "staff", "warehouse")
    juna.page.goto(f"{harbor.origin}/network/ask?from=office&to=stock&service=tcp/8089")
    juna.clean_both_ways()
    juna.page.get_by_label("Wozu").fill("Bestellungen des Lagers")
    juna.page.get_by_role("button", name="Um diese Verbindung bitten").click()
    row = juna.page.locator("[data-request]")
    expect(row).to_contain_text("tcp/8089")
    juna.clean_both_ways()
    row.get_by_role("button").click()
    expect(juna.page.locator("[data-request]")).to_have_count(0)
    juna.clean()
