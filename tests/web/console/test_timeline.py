"""Timelines: what happened to a person or an app, by day and page by page; looking is itself on somebody's timeline."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from tests.web.console.conftest import Console

from limen.clock import DAY
from limen.events import Event
from limen.web.console import timeline
from limen.web.console.timeline import Line, before_of, by_day

AT = 1_800_000_000_000


def line(at: int) -> Line:
    return Line(at, "Signed in", "", False, "", "", "", (), "", "", 1)


def test_days_are_those_of_the_companys_calendar() -> None:
    near_midnight = 1_800_054_000_000  # 15 January 2027, 23:00 UTC: the next day in Berlin
    days = by_day(
        [line(near_midnight), line(near_midnight - DAY), line(near_midnight - 2 * DAY)],
        ZoneInfo("Europe/Berlin"),
        near_midnight,
    )
    assert [day for day, _ in days] == ["Today", "Yesterday", "Thursday, 14 January 2027"]


def test_alike_events_after_each_other_are_one_line_but_never_decisions() -> None:
    looks = [replace(line(AT - number), title="Someone viewed") for number in range(3)]
    decided = [replace(line(AT - 10 - number), href=f"/console/decisions/{number}") for number in range(2)]
    [(_, shown)] = by_day([*looks, line(AT - 5), *decided], ZoneInfo("Europe/Berlin"), AT)
    assert [(one.at, one.count) for one in shown] == [(AT, 3), (AT - 5, 1), (AT - 10, 1), (AT - 11, 1)]


def test_only_an_events_id_says_where_a_page_begins() -> None:
    assert before_of("0" * 24) == "0" * 24
    assert before_of("' or true --") == ""


async def test_a_persons_timeline_shows_what_they_did_and_what_was_done_to_them(console: Console) -> None:
    tom = console.house.browser()
    tom_id = await console.house.member(tom, "Tom", "staff")
    await console.ask(tom, "payroll")
    page = (await console.ada.get(f"/console/people/{tom_id}/timeline")).text
    for said in (
        "Today",
        "Signed in",
        "A person enrolled",
        "A factor was added",
        "An app session was opened",
        "Payroll",
    ):
        assert said in page, said
    refused = (await console.ada.get(f"/console/people/{tom_id}/timeline?show=refusals")).text
    assert "Denied" in refused
    assert "Signed in" not in refused
    looks = console.house.events("person.looked_at")
    assert {(one.actor, one.subject) for one in looks} == {(console.ada_id, tom_id)}
    await console.ada.get(f"/console/people/{console.ada_id}/timeline")
    assert len(console.house.events("person.looked_at")) == len(looks)


async def test_an_apps_timeline_shows_who_asked_and_other_apps_stay_out(console: Console) -> None:
    tom = console.house.browser()
    tom_id = await console.house.member(tom, "Tom", "staff")
    await console.ask(tom, "wiki")
    wiki = (await console.ada.get("/console/apps/wiki/timeline")).text
    assert f'href="/console/people/{tom_id}"' in wiki
    assert "An app session was opened" in wiki
    assert "No entries yet" in (await console.ada.get("/console/apps/payroll/timeline")).text
    assert (await console.ada.get("/console/apps/no-such-app/timeline")).status_code == 404


async def test_older_pages_go_on_where_the_last_one_ended(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "AT_ONCE", 3)
    journal, times = console.house.limen.journal, []
    tom_id = await console.house.member(console.house.browser(), "Tom", "staff")
    for number in range(5):
        journal.record(
            Event(at=console.house.clock.now(), kind="sign_in.failed", actor=tom_id, address=f"192.0.2.{number}")
        )
    journal.flush()
    href, pages = f"/console/people/{tom_id}/timeline?show=sign-ins", 0
    while href:
        page = (await console.ada.get(href)).text
        times += re.findall(r"<strong>(Sign-in failed|Signed in)</strong>", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        href, pages = found[1].replace("&amp;", "&") if found else "", pages + 1
    assert times == ["Sign-in failed"] * 5 + ["Signed in"]
    assert pages == 2


async def test_the_id_of_an_event_that_is_no_decision_leads_to_its_place_on_a_timeline(console: Console) -> None:
    signed_in = console.house.events("sign_in.succeeded")[0]
    there = await console.ada.get(f"/console/decisions/{signed_in.id}")
    assert there.headers["location"].startswith(f"/console/people/{console.ada_id}/timeline?before=")
    assert "Signed in" in (await console.ada.get(there.headers["location"])).text


async def test_the_helpdesk_sees_no_timeline(console: Console) -> None:
    tom = console.house.browser()
    await console.house.member(tom, "Tom", "helpdesk")
    for path in (f"/console/people/{console.ada_id}/timeline", "/console/apps/wiki/timeline"):
        assert (await tom.get(path)).headers["location"].startswith("/not-yet")
