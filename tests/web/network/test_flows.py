"""Flows: what is due first, what is over last, and what a flow lets through."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser
from tests.web.network.conftest import Put, settled

from limen.network.model import Flow
from limen.web.network.flows import AT, ROWS

_ROW = re.compile(r'<tr id="([a-z0-9-]+)"[^>]*>(.*?)</tr>', re.DOTALL)


def listed(page: str) -> list[str]:
    return [name for name, _ in _ROW.findall(page)]


def flows() -> list[Flow]:
    return [
        flow("soon", way("office", "files")),
        replace(flow("due", way("office", "erp")), review="2026-11-01"),
        flow("over", way("guests", "files"), expires="2026-11-24"),
        flow("again", way("office", "files")),
    ]


async def test_what_is_due_comes_first_and_what_is_over_last(ada: Browser, put: Put) -> None:
    put(harbor(flows()))
    assert listed((await ada.get(AT)).text) == ["due", "again", "soon", "over"]
    assert listed((await ada.get(f"{AT}?show=due")).text) == ["due"]
    assert listed((await ada.get(f"{AT}?show=expired")).text) == ["over"]
    assert len(listed((await ada.get(f"{AT}?show=idle")).text)) == 1
    assert listed((await ada.get(f"{AT}?show=nonsense")).text) == ["due", "again", "soon", "over"]
    assert listed((await ada.get(f"{AT}?q=ERP")).text) == ["due"]
    assert listed((await ada.get(f"{AT}?q=nothing-like-it")).text) == []


async def test_a_flow_says_what_it_lets_through(ada: Browser, put: Put) -> None:
    put(harbor(flows()))
    page = (await ada.get(f"{AT}/due")).text
    assert "<strong>erp</strong>" in page.split('id="lines"')[1]
    assert "2026-11-01" in page
    assert "<table" not in (await ada.get(f"{AT}/over")).text
    assert (await ada.get(f"{AT}/nowhere")).status_code == 404


async def test_thousands_come_by_pages(ada: Browser, put: Put) -> None:
    put(harbor([flow(f"f{number:04}", way("office", "files")) for number in range(1_000)]))
    first, second = [listed(await settled(ada, f"{AT}?start={start}")) for start in (0, ROWS)]
    assert len(first) == len(second) == ROWS
    assert not {*first} & {*second}


async def test_without_any_there_is_a_next_step(ada: Browser, put: Put) -> None:
    put(harbor())
    page = await ada.get(AT)
    assert listed(page.text) == []
    assert page.text.count("/console/network/new-flow") == 2


async def test_what_people_wrote_is_no_markup(ada: Browser, put: Put) -> None:
    bad = replace(flow("bad", way("office", "files")), purpose="<script>alert(1)</script>", owner="<b>@x.example")
    put(harbor([bad]))
    for path in (AT, f"{AT}/bad", f"{AT}?q=<script>"):
        page = (await ada.get(path)).text
        assert "<script>alert" not in page
        assert "<b>@" not in page
