"""An employee's own copy, from the portal."""

from __future__ import annotations

import io
import zipfile

from tests.web.conftest import Browser, House

from limen.clock import MINUTE


async def test_everybody_downloads_their_own_copy_with_a_young_proof(house: House, browser: Browser) -> None:
    ada_id = await house.administrator(house.browser())
    mia_id = await house.member(browser, "Mia", "staff")
    assert "Download a copy" in (await browser.get("/records")).text
    house.limen.journal.flush()
    sent = await browser.post("/records/copy")
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        account = archive.read("account.json").decode()
    assert "mia@harbor.example" in account
    assert "ada@harbor.example" not in account
    assert ada_id not in account
    assert int(sent.headers["content-length"]) == len(sent.content)
    (said,) = house.events("person.exported")
    assert (said.actor, said.subject) == (mia_id, mia_id)
    house.clock.forward(11 * MINUTE)
    asked = await browser.post("/records/copy")
    assert asked.headers["location"] == "/step-up?app=limen&to=%2Frecords"
