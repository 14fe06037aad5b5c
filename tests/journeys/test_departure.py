"""Ada lets Vera go in the console: what Vera has open ends, and the report says that all of it is proved."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading

READS = """() => {
  window.ended = '';
  fetch('/slow').then(async (answer) => {
    const reader = answer.body.getReader();
    try { while (!(await reader.read()).done) window.ended = 'reading'; window.ended = 'over'; }
    catch { window.ended = 'over'; }
  });
}"""


def test_an_open_page_and_a_stream_end_and_the_report_proves_it(harbor: Any, ada: Any, browse: Any) -> None:
    vera = browse()
    harbor.arrive(vera, "Vera Lund", "staff", "sales")
    vera.page.goto(harbor.on("wiki"))
    expect(vera.page.get_by_role("heading", level=1)).to_contain_text("The app on wiki")
    vera.page.evaluate(READS)
    vera.page.wait_for_function("window.ended === 'reading'")

    person = f"{harbor.origin}/console/people/{harbor.people['Vera Lund']}"
    ada.page.goto(person)
    ada.page.get_by_role("link", name="What they own").click()
    expect(heading(ada)).to_contain_text("Vera Lund owns")
    ada.clean()
    ada.page.goto(person)
    ada.page.once("dialog", lambda dialog: dialog.accept())
    ada.page.get_by_role("button", name="Deactivate").click()
    expect(ada.page.locator("body")).to_contain_text("Deactivated")

    vera.page.wait_for_function("window.ended === 'over'", timeout=5_000)
    vera.page.goto(harbor.on("wiki"))
    expect(vera.page).to_have_url(re.compile("/sign-in"))

    ada.page.goto(f"{harbor.origin}/console/departures")
    ada.clean()
    ada.page.get_by_role("link", name="Vera Lund").first.click()
    expect(heading(ada)).to_have_text("Departure of Vera Lund")
    for _ in range(20):
        if ada.page.locator("#state h2").inner_text() == "All of it is proved":
            break
        ada.page.wait_for_timeout(500)
        ada.page.reload()
    expect(ada.page.locator("#state h2")).to_have_text("All of it is proved")
    streams = ada.page.locator("tr", has_text="Open connections of apps")
    expect(streams.locator("td").nth(0)).to_have_text("proved")
    expect(streams.locator("td").nth(1)).to_have_text("1")
    ada.clean()
    with ada.page.expect_download() as taken:
        ada.page.get_by_role("link", name="Download as CSV").click()
    assert taken.value.suggested_filename.endswith(".csv")
