"""Our own styles and scripts: kept for ever by browsers, packed for whoever takes that."""

from __future__ import annotations

import re

from tests.web.conftest import Browser


async def test_files_are_kept_for_ever_and_pages_never(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(addresses) >= 2
    for address in addresses:
        file = await browser.get(address)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["x-content-type-options"] == "nosniff"


async def test_a_file_that_is_not_there_is_not_kept(browser: Browser) -> None:
    for path in ("/static/x/limen.css", "/static/0000000000000000/limen.css", "/static/../app.py", "/static/%2e%2e/x"):
        missing = await browser.get(path)
        assert missing.status_code == 404, path
        assert missing.headers["cache-control"] == "no-store"


async def test_styles_and_scripts_are_packed_for_whoever_takes_that_and_pages_for_nobody(browser: Browser) -> None:
    page = await browser.get("/sign-in", **{"accept-encoding": "gzip"})
    address = re.findall(r'href="(/static/[^"]+limen\.css)"', page.text)[0]
    assert "content-encoding" not in page.headers
    for accepted, is_packed in (("br, GZIP;q=0.5", True), ("gzip", True), ("gzip;q=0.0", False), ("*", False)):
        file = await browser.get(address, **{"accept-encoding": accepted})
        assert (file.headers.get("content-encoding") == "gzip", file.headers["vary"]) == (is_packed, "accept-encoding")
        assert "@layer" in file.text
