"""Without a `monitor.yaml` nothing runs, and the page says the next step."""

from __future__ import annotations

from tests.monitor.houses import sources_of
from tests.web.conftest import Browser, House


async def test_the_page_says_what_to_do(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    page = await browser.get("/console/sources")
    assert (page.status_code, "monitor.yaml" in page.text) == (200, True)
    assert not sources_of(house).supervision.is_running
