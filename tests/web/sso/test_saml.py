"""SAML's addresses on the sign-in host. What is behind them: `tests/sso/saml`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.saml.client import Wiki, harbor_with_saml
from tests.web.conftest import Browser, House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with_saml(closing, tmp_path / "harbor")


@pytest.fixture
async def mia(house: House) -> Browser:
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    return browser


async def test_metadata_are_there_for_everybody(house: House) -> None:
    found = await house.browser().get("/saml/metadata")
    assert (found.status_code, found.headers["content-type"]) == (200, "application/samlmetadata+xml")


async def test_what_is_no_request_is_a_page_in_the_visitors_language(mia: Browser) -> None:
    for path in ("/saml/sign-in", "/saml/sign-in?SAMLRequest=x", "/saml/continue", "/saml/continue?request=guessed"):
        found = await mia.get(path, **{"accept-language": "de"})
        assert (found.status_code, found.headers["content-language"]) == (400, "de"), path


async def test_a_form_that_is_none_is_not_read(house: House) -> None:
    client = house.browser().client
    assert (await client.post("/saml/sign-in", json={"SAMLRequest": "x"})).status_code == 400
    assert (await client.post("/saml/sign-in", data={"SAMLRequest": "x" * 70_000})).status_code == 413


async def test_the_page_that_posts_has_its_script_and_a_button(mia: Browser, house: House) -> None:
    page = await Wiki(house).asks(mia)
    assert ("post.js" in page.text, 'name="SAMLResponse"' in page.text, "<button" in page.text) == (True, True, True)
    assert page.headers["cache-control"] == "no-store"
