"""The network on pages, in a real browser: looked at by mouse and by keyboard, changed, and never past a statement."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading, into_the_console
from tests.journeys.test_every_page import walked
from tests.journeys.test_policy_tasks import publish

from limen.clock import MINUTE, SECOND
from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import Network
from limen.network.pillar import PILLAR
from limen.web.build import declared
from limen.web.page import HTML

AT = "/console/network"
MORE = (
    f"{AT}/blast?from=office",
    f"{AT}/blast/largest",
    f"{AT}/flows?show=idle",
    f"{AT}/new-flow?from=guests&to=internet",
)


@pytest.fixture
def harbor(own_harbor: Any) -> Any:
    return own_harbor


@pytest.fixture
def ada(harbor: Any, browse: Any) -> Any:
    browser = browse()
    harbor.open(browser)
    into_the_console(browser, harbor.origin)
    return browser


def refused(ada: Any) -> None:
    """The browser notes that a form was answered with 400, which is what was wanted."""
    ada.problems[:] = [one for one in ada.problems if "400" not in one]


def test_every_page_of_the_network_is_sound(harbor: Any, ada: Any) -> None:
    own = {*declared(PILLAR.pages).routes.values()} - {*declared().routes.values()}
    paths = sorted(
        one.path for one in own if one.method == "GET" and one.path.startswith(AT) and one.media_type == HTML
    )
    assert len(paths) == 14
    ids = {"zone": "finance", "firewall": "router", "source": "office", "destination": "servers", "flow_id": "scanners"}
    assert walked(ada, ada.clean_both_ways, [*paths, *MORE], ids, harbor.origin) == {}


def test_by_keyboard_from_the_map_to_a_zone_and_on(harbor: Any, ada: Any) -> None:
    ada.page.goto(harbor.origin + AT)
    expect(heading(ada)).to_have_text("Network map")
    expect(
        ada.page.get_by_role("navigation", name="Console").get_by_role("link", name="Network map")
    ).to_have_attribute("aria-current", "page")
    zones = ada.page.locator("svg.network-graph a.node")
    expect(zones).to_have_count(11)
    ada.page.get_by_role("region", name="The network as a picture").focus()
    ada.page.keyboard.press("Tab")
    expect(zones.first).to_be_focused()  # arrows are no stops on the way: the list says the same
    ada.page.keyboard.press("Tab")
    expect(zones.nth(1)).to_be_focused()
    name = zones.nth(1).locator("text").first.text_content()
    ada.page.keyboard.press("Enter")
    expect(heading(ada)).to_contain_text(name)
    ada.page.get_by_role("link", name="Blast radius").last.press("Enter")
    expect(heading(ada)).to_have_text(f"Blast radius of {name}")
    ada.clean()


def test_a_cell_of_the_matrix_says_why(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/matrix")
    table = ada.page.get_by_role("region", name="Who reaches whom")
    head, row = table.locator("thead th").nth(3), table.locator("tbody th").first
    table.evaluate("box => box.scrollTo(300, 300)")
    sits = "one => { const box = one.closest('.matrix').getBoundingClientRect(), own = one.getBoundingClientRect();"
    assert head.evaluate(f"{sits} return Math.abs(own.top - box.top) < 4 }}")
    assert row.evaluate(f"{sits} return Math.abs(own.left - box.left) < 4 }}")
    table.locator(f'a[href="{AT}/matrix/office/finance"]').click()
    expect(heading(ada)).to_have_text("office to finance")
    expect(ada.page.locator("#lines")).to_contain_text("accounting-client")
    expect(ada.page.locator("#never")).to_contain_text("administration-from-people")
    ada.page.locator("#lines").get_by_role("link", name="accounting").click()
    expect(heading(ada)).to_have_text("accounting")
    ada.clean()


@pytest.mark.gate("network")
def test_a_flow_is_asked_for_refused_where_it_must_never_be_and_published_where_it_may(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/matrix/warehouse/finance")
    ada.page.get_by_role("link", name="Add a flow").click()
    fields = {"Service": "printing", "Purpose": "Lists for the hall", "Owner": "warehouse", "ID": "hall-lists"}
    for label, value in fields.items():
        ada.page.get_by_label(re.compile(f"^{label}")).fill(value)
    ada.page.get_by_role("button", name="See what would change").click()
    expect(ada.page.locator("#wrong")).to_contain_text("finance-from-hall")
    refused(ada)
    ada.clean_both_ways()
    ada.page.get_by_label(re.compile("^To")).fill("printer-office")
    ada.page.get_by_role("button", name="See what would change").click()
    expect(heading(ada)).to_have_text("What would change")
    expect(ada.page.locator("#people")).to_contain_text("printer-office")
    ada.clean()
    publish(ada, "The hall prints lists")
    ada.page.goto(f"{harbor.origin}{AT}/flows?q=hall-lists")
    expect(ada.page.locator("#hall-lists")).to_contain_text("Lists for the hall")
    ada.page.goto(f"{harbor.origin}{AT}/matrix/warehouse/machines")
    expect(ada.page.locator("#lines")).to_contain_text("hall-lists")


def test_the_change_that_shrinks_a_blast_radius_most_is_one_press_away(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/blast")
    ada.page.get_by_label("Person, device, service, host or zone").fill("vault")
    ada.page.get_by_role("button", name="Show").click()
    expect(heading(ada)).to_have_text("Blast radius of vault")
    expect(ada.page.locator("#reached")).to_contain_text("backup-pulls")
    ada.page.locator("#change").get_by_role("button", name="See what would change").click()
    expect(heading(ada)).to_have_text("What would change")
    expect(ada.page.locator("#people")).to_contain_text("vault")
    ada.clean_both_ways()


def test_what_a_stolen_laptop_reaches_is_told_on_a_person_s_page(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/blast/largest")
    expect(heading(ada)).to_have_text("Largest blast radii")
    ada.page.goto(f"{harbor.origin}/console/people")
    ada.page.locator("main a[href^='/console/people/p_']").first.click()
    ada.page.locator("#groups").get_by_role("link", name="Blast radius").click()
    expect(ada.page.locator("#apps a[href='/console/apps/limen']").first).to_be_visible(timeout=20_000)
    ada.clean_both_ways()
    ada.page.get_by_role("link", name="Password stolen").click()
    expect(ada.page.locator("#sum")).to_be_visible()
    expect(ada.page.locator("#apps")).to_have_count(0)


def test_the_text_is_edited_with_its_lines(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/file")
    text = ada.page.get_by_label("network.yaml", exact=True)
    written = text.input_value()
    text.fill(written.replace("service: smb", "service: smbb"))
    ada.page.get_by_role("button", name="Check").click()
    expect(ada.page.locator("#wrong")).to_contain_text("smbb")
    expect(ada.page.locator(".numbered .wrong")).to_have_count(1)
    refused(ada)
    ada.clean_both_ways()
    text.fill(written)
    ada.page.get_by_role("button", name="Check").click()
    expect(ada.page.locator("#wrong.done")).to_be_visible()
    ada.clean()


def test_flows_are_looked_through_by_keyboard(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/flows")
    ada.page.get_by_label("Why (for").fill("Asked their owners")
    ada.page.locator("h1").click()
    for key in ("j", "x", "j", "x"):
        ada.page.keyboard.press(key)
    chosen = ada.page.locator("[name=row]:checked")
    expect(chosen).to_have_count(2)
    ids = [one.get_attribute("value") for one in chosen.all()]
    ada.clean_both_ways()
    ada.page.keyboard.press("y")
    expect(heading(ada)).to_have_text("What would change")
    for one in ids:
        expect(ada.page.locator("main")).to_contain_text(one)
    expect(ada.page.locator("[name=reason]")).to_have_value(re.compile("Asked their owners"))
    ada.clean()


def test_a_trial_is_looked_at_and_ended(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/trials")
    expect(ada.page.locator(".empty")).to_be_visible()
    ada.clean_both_ways()
    ada.page.goto(f"{harbor.origin}{AT}/file")
    text = ada.page.get_by_label("network.yaml", exact=True)
    trial = "  - {id: look-first, from: office, to: machines, until: 2027-01-15, why: We look}"
    text.fill(f"{text.input_value()}\ntrial:\n{trial}\n")
    ada.page.get_by_role("button", name="See what would change").click()
    expect(heading(ada)).to_have_text("What would change")
    publish(ada, "Look first")
    ada.page.goto(f"{harbor.origin}{AT}")
    ada.page.get_by_role("link", name="look-first").click()
    expect(heading(ada)).to_have_text("Trials")
    ada.clean_both_ways()
    ada.page.locator("#look-first").get_by_role("button").click()
    expect(heading(ada)).to_have_text("What would change")


def test_what_nobody_planned_is_listed_on_its_zone_and_stated_by_one_press(harbor: Any, ada: Any) -> None:
    core = harbor.limen.core
    zone = core.known.rules_of(Network).zone_of["finance"]
    address, learning = str(zone.prefixes[0].network_address + 6), core.offers.take(Learning)

    async def spoke() -> None:
        learning.told([Begun(core.clock.now() // SECOND, address, "1.1.1.1", 6, 8_443, 3)])
        await learning.keep()

    ada.page.goto(f"{harbor.origin}{AT}/zones/finance")
    expect(ada.page.locator("#unplanned .empty")).to_be_visible()
    harbor.run(spoke())
    core.clock.forward(MINUTE)
    ada.page.reload()
    expect(ada.page.locator("#unplanned tbody")).to_contain_text(address)
    ada.clean_both_ways()
    ada.page.get_by_label(f"Name of the host {address}").fill("cash-desk")
    ada.page.get_by_role("button", name=f"State {address} as a host: see what would change").click()
    expect(heading(ada)).to_have_text("What would change")
    expect(ada.page.locator("main")).to_contain_text("cash-desk")
    ada.clean()
