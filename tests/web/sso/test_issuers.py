"""Upstream issuers in the console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work, links, signs_in
from tests.sso.saml.certificates import key_pair
from tests.sso.saml_issuer import FakeSaml, harbor_by_saml, links_by_saml, signs_in_by_saml
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import MINUTE
from limen.web.sso import issuers


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


async def test_a_service_whose_answers_do_not_hold_is_not_shown_as_working(
    house: House, ada: Browser, there: FakeIssuer
) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    await links(mia, there)
    shown = (await ada.get("/console/issuers")).text
    assert "effect permit" in shown
    house.clock.forward(MINUTE)
    for word, claims in (("id-token-audience-wrong", {"aud": "another"}), ("id-token-expired", {"exp": 1})):
        there.claims = claims
        assert (await signs_in(house.browser(), there)).status_code == 400
        shown = (await ada.get("/console/issuers")).text
        assert f"<code>{word}</code>" in shown
        assert "effect permit" not in shown
    house.clock.forward(MINUTE)
    there.claims = {}
    await signs_in(house.browser(), there)
    shown = (await ada.get("/console/issuers")).text
    assert "id-token-" not in shown
    assert "effect permit" in shown


async def test_a_saml_service_whose_key_is_another_says_so(tmp_path: Path) -> None:
    idp = FakeSaml()
    async with AsyncExitStack() as closing:
        house = await harbor_by_saml(closing, tmp_path / "harbor", [idp])
        await house.administrator(ada := house.browser())
        await links_by_saml(house, ada, idp)
        assert "effect permit" in (await ada.get("/console/issuers")).text
        idp.keys = key_pair("evil")
        house.clock.forward(MINUTE)
        assert (await signs_in_by_saml(house, house.browser(), idp)).status_code == 400
        shown = (await ada.get("/console/issuers")).text
        assert "<code>response-signature-wrong</code>" in shown
        assert "effect permit" not in shown


def test_each_refusal_that_is_explained_is_one_that_there_is() -> None:
    sources = Path(issuers.__file__).parents[2] / "sso" / "upstream"
    said = "".join(one.read_text() for one in sources.glob("*.py"))
    assert [word for word in issuers.REFUSED if f'{word}"' not in said] == []
