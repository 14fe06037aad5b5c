"""Linking and unlinking one's own account elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work, links, signs_in
from tests.web.conftest import House

from limen.clock import MINUTE


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with(closing, tmp_path / "harbor", [there])


async def test_it_is_linked_and_unlinked_by_its_person(house: House, there: FakeIssuer) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    assert "/passkeys/issuers/there/link" in (await mia.get("/passkeys")).text
    await links(mia, there)
    page = (await mia.get("/passkeys?done=linked")).text
    assert "/passkeys/issuers/there/unlink" in page
    browser = house.browser()
    await signs_in(browser, there)
    await mia.get("/passkeys")
    done = await mia.post("/passkeys/issuers/there/unlink")
    assert done.headers["location"] == "/passkeys?done=unlinked"
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert (await signs_in(house.browser(), there)).status_code == 403


async def test_both_need_a_fresh_proof(house: House, there: FakeIssuer) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    await links(mia, there)
    house.clock.forward(11 * MINUTE)
    await mia.get("/passkeys")
    for what in ("link", "unlink"):
        answered = await mia.post(f"/passkeys/issuers/there/{what}")
        assert answered.headers["location"].startswith("/step-up?")


async def test_signing_out_there_is_offered_where_it_can_be_done(house: House, there: FakeIssuer) -> None:
    browser = house.browser()
    assert there.url in (await browser.get("/signed-out/at/there")).text
    there.answers["/.well-known/openid-configuration"] = lambda handler: handler.reply(500, {})  # type: ignore[attr-defined]
    house.clock.forward(25 * 60 * MINUTE)
    gone = await browser.get("/signed-out/at/there")
    assert (gone.status_code, gone.headers["location"]) == (303, "/signed-out")
