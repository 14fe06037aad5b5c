"""Sign-outs by SAML on the sign-in host. What is behind them: `tests/sso/saml/test_single_logout.py`."""

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


async def test_what_is_no_request_ends_nothing(mia: Browser) -> None:
    for path in ("/saml/sign-out", "/saml/sign-out?SAMLRequest=x", "/saml/leave", "/saml/leave?request=guessed"):
        assert (await mia.get(path)).status_code == 400, path
    assert (await mia.get("/")).status_code == 200


async def test_an_app_without_an_address_for_it_ends_on_a_page_of_ours(house: House) -> None:
    board, stranger = Wiki(house, "board"), house.browser()
    done = await stranger.get(board.way(board.logout("somebody"), path="/saml/sign-out"))
    assert (done.status_code, "location" in done.headers) == (200, False)
