"""The rooms put together: every file, and every way out."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import Browser, House


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


async def test_what_is_not_there_is_said_in_the_same_style(browser: Browser) -> None:
    missing = await browser.get("/nothing-here")
    assert missing.status_code == 404
    assert "<h1>There is nothing here</h1>" in missing.text
    assert 'class="sheet"' in missing.text
    assert "nothing-here" not in missing.text


async def test_a_method_that_a_room_does_not_take_is_refused_in_the_same_style(browser: Browser) -> None:
    refused = await browser.client.delete("/sign-in")
    assert refused.status_code == 405
    assert 'class="sheet"' in refused.text


async def test_a_room_that_breaks_tells_nothing_of_why(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.member(browser, "Mia", "staff")

    def break_down(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(type(house.limen.identity.sessions), "of_person", break_down)
    browser.client._transport.raise_app_exceptions = False
    broken = await browser.get("/sessions")
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert "<h1>Something went wrong here</h1>" in broken.text
    assert "content-security-policy" in broken.headers


async def test_no_documentation_of_the_inside_is_served(browser: Browser) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await browser.get(path)).status_code == 404


async def test_styles_and_scripts_are_packed_for_whoever_takes_that_and_pages_for_nobody(browser: Browser) -> None:
    page = await browser.get("/sign-in", **{"accept-encoding": "gzip"})
    address = re.findall(r'href="(/static/[^"]+limen\.css)"', page.text)[0]
    assert "content-encoding" not in page.headers
    for accepted, is_packed in (("br, GZIP;q=0.5", True), ("gzip", True), ("gzip;q=0.0", False), ("*", False)):
        file = await browser.get(address, **{"accept-encoding": accepted})
        assert (file.headers.get("content-encoding") == "gzip", file.headers["vary"]) == (is_packed, "accept-encoding")
        assert "@layer" in file.text
