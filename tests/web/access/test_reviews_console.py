"""The console's pages of reviews: begun, looked at, taken out, and closed when everything is decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import begun
from tests.web.conftest import move_in

from limen.access.reviews import signature
from limen.access.reviews.model import Verdict
from limen.access.reviews.services import Reviews

AT = "/console/reviews"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[AtHarbor]:
    async with AsyncExitStack() as closing:
        yield AtHarbor(await move_in(closing, tmp_path / "harbor"))


@pytest.fixture
async def ada(at: AtHarbor) -> Colleague:
    return await at.administrator()


async def test_an_administrator_begins_one_and_takes_out_its_evidence(at: AtHarbor, ada: Colleague) -> None:
    await at.colleague("Farid", "staff", "sales")
    page = await ada.browser.get(AT)
    assert page.text.count('name="name" value="customers"') == 1
    begun_at = (await ada.browser.post(f"{AT}/start", name="customers")).headers["location"].partition("?")[0]
    assert (await ada.browser.get(begun_at)).status_code == 200
    keys = signature.public_keys(at.house.limen.core.keyring)
    assert keys[0].hex() in page.text
    for form, kind in (("csv", "text/csv"), ("pdf", "application/pdf")):
        answer = await ada.browser.get(f"{begun_at}/evidence.{form}")
        assert answer.headers["content-type"].startswith(kind)
        assert signature.verified(answer.content, keys)
    assert [one.details["form"] for one in at.events("review.exported")] == ["pdf", "csv"]
    assert (await ada.browser.post(f"{AT}/start", name="nothing")).status_code == 400


async def test_it_is_closed_by_hand_only_when_everything_is_decided(at: AtHarbor, ada: Colleague) -> None:
    farid, greta = [await at.colleague(name, "staff", "sales") for name in ("Farid", "Greta")]
    under = await begun(at)
    here = f"{AT}/{under.review.id}"
    await ada.browser.get(here)
    assert (await ada.browser.post(f"{here}/close")).status_code == 400
    await under.tells(farid, await under.row(greta.id), Verdict.KEEP)
    await under.tells(greta, await under.row(farid.id), Verdict.KEEP)
    assert f'action="{here}/close"' in (await ada.browser.get(here)).text
    assert "done=closed" in (await ada.browser.post(f"{here}/close")).headers["location"]


async def test_it_is_no_page_for_employees(at: AtHarbor) -> None:
    tom = await at.colleague("Tom", "staff")
    await at.colleague("Farid", "staff", "sales")
    under = await begun(at)
    for path in (AT, f"{AT}/{under.review.id}", f"{AT}/{under.review.id}/evidence.csv"):
        assert (await tom.browser.get(path)).status_code != 200
    assert (await tom.browser.post(f"{AT}/start", name="customers")).status_code != 200
    assert len(await at.house.limen.core.offers.take(Reviews).reviews()) == 1
