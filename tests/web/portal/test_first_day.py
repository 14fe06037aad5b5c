"""Before their first day people set up how they sign in, and see when they start; on that day everything opens."""

from __future__ import annotations

from tests.golden import Expected
from tests.web.conftest import Browser, House
from tests.web.portal.test_not_yet import _words

from limen.clock import DAY, HOUR


async def test_it_opens_by_itself_on_the_day(house: House, browser: Browser, expected: Expected) -> None:
    await house.administrator(house.browser())
    link = await house.invite("Mia", "staff")
    mia, people = link.link.person_id, house.limen.identity.people
    await people.set_first_day(mia, "2026-11-26", by="")  # it is Tuesday, the 24th
    link = await people.invite_again(mia, by="")
    await browser.get("/enrol")
    early = await browser.post("/enrol", token=link.token.reveal())
    assert early.status_code == 400
    expected(_words(early.text))
    house.clock.forward(DAY)
    assert (await browser.enrol(link)).status_code == 200
    assert (await browser.get("/")).headers["location"] == "/first-day"
    expected(_words((await browser.get("/first-day")).text))
    assert (await browser.get("/passkeys")).status_code == 200
    house.clock.forward(15 * HOUR)
    await browser.sign_in()
    assert (await browser.get("/first-day")).headers["location"] == "/"
    assert (await browser.get("/")).status_code == 200
