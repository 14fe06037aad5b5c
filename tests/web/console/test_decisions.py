from __future__ import annotations

import re
from html import unescape

import pytest
from tests.web.console.conftest import Console

from limen.storage.journal.recent import Recent
from limen.web.console import decisions


async def test_the_list_shows_the_newest_first_with_who_what_and_why(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    await console.ask(eve, "wiki")
    denied = await console.ask(eve, "payroll")
    page = (await console.ada.get("/console/decisions?person=" + console.house.id_of("eve@harbor.example"))).text
    assert page.index(f"/console/decisions/{denied.id.split('-')[0]}") < page.index(
        "Staff use public and internal apps"
    )
    assert "No policy permits this" in page
    assert "gateway" in page


async def test_the_address_filters_and_says_so(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    permitted, denied = await console.ask(eve, "wiki"), await console.ask(eve, "payroll")
    page = (await console.ada.get("/console/decisions?effect=deny&app=payroll")).text
    assert denied.id.split("-")[0] in page
    assert permitted.id.split("-")[0] not in page
    assert "answer: deny" in page
    assert 'data-stream="/console/decisions/live?effect=deny&amp;app=payroll"' in page


async def test_a_past_hour_is_a_list_without_a_stream(console: Console) -> None:
    page = (await console.ada.get("/console/decisions?since=1&until=2")).text
    assert "data-stream" not in page
    assert "The journal has no matches" in page


async def test_what_a_filter_is_given_is_escaped(console: Console) -> None:
    page = (await console.ada.get("/console/decisions?policy=%3Cscript%3Ealert(1)")).text
    assert "<script>alert" not in page


async def test_limens_own_decisions_can_be_left_out(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    await console.ask(eve, "wiki")
    rows = (await console.ada.get("/console/decisions?own=show")).text.split("<tbody")[1]
    assert "/console/apps/limen" in rows
    page = (await console.ada.get("/console/decisions")).text
    assert 'href="/console/decisions?own=show"' in page, "the way to all of them"
    assert "/console/apps/limen" not in page.split("<tbody")[1]
    assert "/console/apps/wiki" in page.split("<tbody")[1]
    assert "own=hide" in page.split("<tbody")[1].split(">")[0], "the live rows are filtered alike"


async def test_a_decision_is_found_by_its_id(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    answer = await console.ask(eve, "wiki")
    found = await console.ada.get(f"/console/decisions?id={answer.id}")
    assert found.headers["location"] == f"/console/decisions/{answer.id}"
    assert (await console.ada.get("/console/decisions?id=//evil.example")).headers.get("location", "/")[:2] != "//"


async def test_what_memory_has_lost_is_shown_from_disk_page_after_page(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    asked = [(await console.ask(eve, "wiki", path=f"/page-{number}")).id.split("-")[0] for number in range(6)]
    monkeypatch.setattr(decisions, "MOST_ROWS", 2)
    recent = Recent(3)
    recent.load((), console.house.clock.now() + 1)  # what came before is on the disk alone
    monkeypatch.setattr(console.house.limen.journal, "_recent", recent)
    href, seen, pages = "/console/decisions?app=wiki&effect=permit", list[str](), 0
    while href:
        page = (await console.ada.get(href)).text
        assert ("data-stream" in page) == ("before=" not in href)
        seen += re.findall(r'class="when"><a href="/console/decisions/([0-9a-f]{24})"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        href, pages = unescape(found[1]) if found else "", pages + 1
    assert [each for each in seen if each in asked] == asked[::-1]
    assert len(seen) == len(set(seen))
    assert pages >= 3
