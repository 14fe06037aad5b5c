"""The page of factors: who lacks what, real sign-ins, and who may read it."""

from __future__ import annotations

from tests.web.conftest import Browser, House
from tests.web.console.conftest import Console
from tests.web.portal.test_sign_in import _with_password

from limen.clock import DAY
from limen.facts import EVERYONE, Needed, RequiredFactor, RequiredFactors


async def test_it_names_who_lacks_what_and_the_look_is_journaled(console: Console) -> None:
    house = console.house
    await _with_password(house, house.browser(), await house.invite("Mia", "staff"))
    at = house.clock.now() + DAY
    house.limen.known.set_required_factors(
        RequiredFactors((RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-11-24", at),))
    )
    house.limen.journal.flush()
    page = await console.ada.get("/console/factors")
    assert page.status_code == 200
    mia = house.id_of("mia@harbor.example")
    assert f'href="/console/people/{mia}"' in page.text
    assert "1 of 2 (50%)" in page.text
    assert len([one for one in house.events("person.looked_at") if one.details.get("page") == "factors"]) == 1


async def test_nobody_else_reads_it(house: House, browser: Browser) -> None:
    await house.member(browser, "Ben", "staff")
    assert (await browser.get("/console/factors")).headers["location"].startswith("/not-yet?decision=")
