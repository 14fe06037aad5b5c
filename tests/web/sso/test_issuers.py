"""Upstream issuers in the console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work, links, signs_in
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import MINUTE


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with(closing, tmp_path / "harbor", [there])


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def test_it_says_what_to_register_how_it_does_and_who_is_linked(
    house: House, ada: Browser, there: FakeIssuer
) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    await links(mia, there)
    page = (await ada.get("/console/issuers")).text
    person = house.id_of("mia@harbor.example")
    for said in (f"{ORIGIN}/sign-in/with/there/back", there.url, f"/console/people/{person}", "first"):
        assert said in page, said
    assert "Not working" not in page
    there.answers["/token"] = lambda handler: handler.reply(500, {})  # type: ignore[attr-defined]
    house.clock.forward(MINUTE)
    await signs_in(house.browser(), there)
    assert "Not working" in (await ada.get("/console/issuers")).text
    assert (await mia.get("/console/issuers")).status_code == 303


async def test_an_administrator_unlinks_somebody(house: House, ada: Browser, there: FakeIssuer) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    await links(mia, there)
    browser = house.browser()
    await signs_in(browser, there)
    person = house.id_of("mia@harbor.example")
    assert "There Works" in (await ada.get(f"/console/people/{person}")).text
    done = await ada.post(f"/console/people/{person}/issuers/there/unlink")
    assert done.headers["location"] == f"/console/people/{person}?done=unlinked"
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert (await ada.post(f"/console/people/{person}/issuers/nobody/unlink")).status_code == 404
    (event,) = house.events("factor.removed")
    assert (event.actor, event.subject) == (house.id_of("ada@harbor.example"), person)
