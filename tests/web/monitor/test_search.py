"""The page that searches: what is found leads on, who looks is journaled, and no log line is ever markup."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from tests.monitor.houses import send, sources_of
from tests.waiting import until
from tests.web.conftest import Browser, House

from limen.monitor.search.query import read_query
from limen.web.monitor.search import csv_of, people_in

AT = "/console/search"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def logs(harbor: House, ada: Browser) -> House:
    """Some lines of the app, kept."""
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    lines = [json.dumps({"user": f"jane{n}", "message": f"line {n} {HOSTILE}", "cell": "=1+1"}) for n in range(3)]
    assert (await send(harbor, token, "\n".join(lines).encode())).status_code == 200
    health = harbor.limen.core.offers.take(type(sources_of(harbor))).supervision
    await until(lambda: health.health and any(one.events == 3 for one in health.health.sources))
    return harbor


async def test_what_is_found_leads_to_each_event_and_to_narrower_searches(logs: House, ada: Browser) -> None:
    page = await ada.get(f"{AT}?q=source:app&span=90d")
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert page.text.count(f'href="{AT}/event?uid=') == 3
    (event,) = set(re.findall(rf'href="({AT}/event\?[^"]+)"', page.text)[:1])
    one = await ada.get(event.replace("&amp;", "&"))
    assert one.status_code == 200
    assert HOSTILE not in one.text
    assert "metadata.log_name" in one.text
    assert f"{AT}?q=source%3Aapp+user%3A%22jane0%22" in page.text


async def test_mistakes_are_told_with_their_place_and_nothing_is_found(logs: House, ada: Browser) -> None:
    page = await ada.get(f"{AT}?q=a+AND+AND+b")
    assert page.status_code == 400
    assert 'id="wrong"' in page.text
    assert page.text.count(f"{AT}/event?") == 0
    assert (await ada.get(f"{AT}?q=nobody:x&span=1h")).text.count('class="empty"') == 1


async def test_events_go_out_as_csv_without_formulas_and_as_json(logs: House, ada: Browser) -> None:
    text = (await ada.get(f"{AT}/events.csv?q=source:app&span=90d")).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["user"] for row in rows} == {"jane0", "jane1", "jane2"}
    lines = (await ada.get(f"{AT}/events.jsonl?q=source:app&span=90d")).text.splitlines()
    assert {json.loads(line)["user"] for line in lines} == {"jane0", "jane1", "jane2"}
    assert (await ada.get(f"{AT}/events.csv?q=(")).status_code == 400
    hostile = next(csv_of([{"user": "=cmd()", "kind": "@x", "at": -5, "host": "\n=x", "app": "\uff1dx"}])).split(
        "\n", 1
    )[1]
    assert all(one in hostile for one in ("'=cmd()", "'@x", ",-5,", "'\n=x", "'\uff1dx"))


async def test_who_searches_for_whom_is_journaled(logs: House, ada: Browser) -> None:
    mia = logs.browser()
    person = await logs.member(mia, "Mia", "staff")
    await ada.get(f"{AT}?q=person:{person}")
    assert logs.events("person.looked_at")[-1].subject == person
    assert (await mia.get(AT)).status_code in {302, 303, 403}
    assert people_in(read_query("NOT person:p_a OR (person:p_b kind:x)")) == {"p_a", "p_b"}


async def test_an_event_that_is_not_there_is_not_found(logs: House, ada: Browser) -> None:
    assert (await ada.get(f"{AT}/event?uid=x&at=1")).status_code == 404
    assert (await ada.get(f"{AT}/event")).status_code == 404


async def test_a_search_is_saved_for_everybody_and_removed_by_administrators(logs: House, ada: Browser) -> None:
    await ada.get(f"{AT}?q=source:app&span=7d")
    assert (await ada.post(f"{AT}/save", q="source:app", span="7d", name="The app <b>")).status_code == 303
    page = await ada.get(AT)
    assert f'href="{AT}?q=source%3Aapp&amp;span=7d">The app &lt;b&gt;</a>' in page.text
    assert (await ada.post(f"{AT}/save", q="(", span="7d", name="broken")).status_code == 400
    assert (await ada.post(f"{AT}/remove", name="The app <b>")).status_code == 303
    assert (await ada.post(f"{AT}/remove", name="The app <b>")).status_code >= 400
