"""What may pass all the same, in the console: one list, ended in bulk, and an end to what was widened."""

from __future__ import annotations

import pytest
from tests.data.excepted import except_three, exceptions_of
from tests.web.conftest import OUR_PAGE, Browser, House

from limen.data.doors.quarantine import Quarantine

AT = "/console/findings/exceptions"


async def _end(browser: Browser, *rows: str) -> str:
    sent = {"csrf": browser.csrf, "row": list(rows), "at": ""}
    return (await browser.client.post(f"{AT}/end", data=sent, headers=OUR_PAGE)).headers["location"]


async def test_all_are_listed_filtered_and_ended_in_bulk(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    assert 'class="empty"' in (await browser.get(AT)).text
    event = await except_three(house, ada)
    value, document, file = [one.id for one in await exceptions_of(house).every()]
    page = (await browser.get(AT)).text
    assert [page.count(f'value="{one}"') for one in (value, document, file)] == [1, 1, 1]
    assert (page.count("Payment card number"), event in page) == (3, False)
    assert (await browser.get(f"{AT}?what=file")).text.count("data-row=") == 1
    assert (await browser.get(f"{AT}?what=other&start=9999999")).text.count("data-row=") == 3
    rows = (await browser.get(f"{AT}.json")).json()
    assert [(one["id"], one["what"]) for one in rows] == [(value, "value"), (document, "document"), (file, "file")]
    assert (await browser.get("/console/findings")).text.count(AT) == 1

    assert await _end(browser, value, file) == f"{AT}?done=ended"
    assert await _end(browser, value) == f"{AT}?done=gone"
    assert await _end(browser) == f"{AT}?done=nothing"
    assert [one.id for one in await exceptions_of(house).every()] == [document]
    assert (await browser.get(f"{AT}?what=value&done=ended")).text.count('class="empty"') == 1


async def test_a_full_or_foreign_folder_is_said(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await except_three(house, await house.administrator(browser))
    await browser.get(AT)
    file = (await exceptions_of(house).every())[-1].id

    def fail(*_: object) -> None:
        raise PermissionError(13, "no")

    with monkeypatch.context() as patched:
        patched.setattr(Quarantine, "end_released", fail)
        assert await _end(browser, file) == f"{AT}?done=failed"
    assert len(await exceptions_of(house).every()) == 3


async def test_employees_neither_see_nor_end_them(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await except_three(house, "p1")
    await house.member(browser, "Mia", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
    assert (await browser.get(f"{AT}.json")).status_code in {303, 403}
    rows = [one.id for one in await exceptions_of(house).every()]
    assert (await browser.post(f"{AT}/end", row=rows[0])).status_code in {303, 403}
    assert len(await exceptions_of(house).every()) == 3
