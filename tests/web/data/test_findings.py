"""Findings in the console: listed, filtered, decided about in bulk, exported."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from tests.data.findings.noted import findings_of, note
from tests.web.conftest import OUR_PAGE, Browser, House

from limen.data.findings.service import Wanted
from limen.data.inventory.model import Audience
from limen.data.links import kept_links
from limen.data.links.model import Cannot, KeptLink, LinkState, Why

AT = "/console/findings"


async def _decide(browser: Browser, verdict: str, *rows: str, **more: str) -> str:
    fields = {"csrf": browser.csrf, "verdict": verdict, "row": list(rows), "state": "open", **more}
    return (await browser.client.post(f"{AT}/decide", data=fields, headers=OUR_PAGE)).headers["location"]


async def test_findings_are_listed_and_decided_about_in_bulk(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    assert 'class="empty"' in (await browser.get(AT)).text
    first, second = note(house, ada, kinds="<i>IBAN"), note(house, "p_gone", passed=True, why="justified")
    await findings_of(house).justified(second, "p_gone", "<b>asked")
    page = (await browser.get(AT)).text
    assert (f'value="{first}"' in page, "&lt;i&gt;IBAN" in page, "&lt;b&gt;asked" in page) == (True, True, True)
    assert page.count("data-row=") == 2
    assert (await _decide(browser, "confirm", first, second)).startswith(f"{AT}?done=confirm&state=open")
    assert (await browser.get(AT)).text.count("data-row=") == 0
    page = (await browser.get(f"{AT}?state=confirmed")).text
    assert page.count("data-row=") == 2
    await _decide(browser, "assign", first, person_id=ada)
    await _decide(browser, "reopen", first)
    ((one,), _) = await findings_of(house).find(Wanted(), 10)
    assert (one.id, one.triage.assigned_to) == (first, ada)
    assert "done=nothing" in await _decide(browser, "confirm")
    assert "done=nothing" in await _decide(browser, "confirm", "0" * 24)
    for wrong in ({"verdict": "x"}, {"verdict": "assign", "person_id": "p_nobody"}):
        sent = {"csrf": browser.csrf, "row": first, **wrong}
        assert (await browser.client.post(f"{AT}/decide", data=sent, headers=OUR_PAGE)).status_code == 400


async def test_they_are_filtered_by_the_address(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    note(house, ada, app="payroll", channel="download")
    note(house, "p2", passed=True)
    for asked in ("app=payroll", "channel=download", "passed=no", f"person={ada}", "state=&app=payroll"):
        assert (await browser.get(f"{AT}?{asked}")).text.count("data-row=") == 1


async def test_they_are_exported_without_formulas(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    made = note(house, ada, kinds="=1+1", passed=True, why="justified")
    await findings_of(house).justified(made, ada, "@SUM")
    (row,) = (await browser.get(f"{AT}/list.json?state=open")).json()
    assert (row["id"], row["kinds"], row["state"], row["passed"]) == (made, "=1+1", "open", True)
    (line,) = csv.DictReader(io.StringIO((await browser.get(f"{AT}/list.csv")).text))
    assert (line["kinds"], line["said"]) == ("'=1+1", "'@SUM")


async def test_auditors_look_and_employees_do_not(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    made = note(house, "p1")
    await house.member(browser, "Mia", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
    assert (await browser.post(f"{AT}/decide", verdict="confirm", row=made)).status_code in {303, 403}
    ((one,), _) = await findings_of(house).find(Wanted(), 10)
    assert not one.triage.at


async def test_of_a_link_it_is_said_what_became_of_it(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    event = note(house, "", channel="link", app="finance", step="block")
    link = KeptLink("dl_1", "finance", "d/A", "a", "p", "d/A", "plan.txt", "1", Audience.ANYONE, (), "", event)
    seen = set()
    for state, why, cannot in (
        (LinkState.PASSES, "", ""),
        (LinkState.WAITS, "", ""),
        (LinkState.AGAIN, "", ""),
        (LinkState.STANDS, "stopped", ""),
        *((LinkState.STANDS, "stopped", one) for one in Cannot),
        *((LinkState.REMOVED, one, "") for one in Why),
    ):
        now = replace(link, state=state, why=why, cannot=cannot)
        await house.limen.core.database.writing(lambda t, of=now: kept_links.keep(t.connection, of))
        page = await browser.get(f"{AT}?state=")
        assert (page.status_code, "plan.txt" in page.text) == (200, False)
        seen.add(page.text.partition("data-row=")[2].partition("</li>")[0])
    assert len(seen) == 9
