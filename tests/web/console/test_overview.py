from __future__ import annotations

import sys
from zoneinfo import ZoneInfo

import pytest
from tests.web.console.conftest import Console
from tests.web.console.test_rows import decided

from limen.clock import HOUR, from_iso
from limen.web.console.overview import hour_bars, sums
from limen.web.console.policies import counts

NOON = from_iso("2026-11-24T11:20:00Z")


async def test_every_number_is_what_happened_and_leads_to_its_rows(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    await console.house.invite("Noa", "staff")
    for _ in range(3):
        await console.ask(eve, "payroll")
    page = (await console.ada.get("/console")).text
    assert "2 of 2 people have a passkey" in page
    assert "One person invited, not enrolled yet" in page
    assert "There is only one administrator" in page
    counted = sum(
        event.count
        for event in console.house.limen.journal.recent(500)
        if event.decision and event.decision.app != "limen"
    )
    console.house.limen.journal.flush()
    page = (await console.ada.get("/console")).text
    since = page.partition("/console/decisions?since=")[2].partition('"')
    shown = since[2].partition(">")[2].partition("<")[0]
    assert int(shown) == counted, "without the decisions about looking here"
    assert "No policy permits this" in page


async def test_no_page_waits_for_the_analytics_engine(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)  # importing it fails
    for path in ("", "/decisions", "/policies", "/people", "/apps", "/apps/payroll"):
        assert (await console.ada.get(f"/console{path}")).status_code == 200


def test_the_last_day_has_24_columns_named_in_the_companys_time() -> None:
    hour = NOON - NOON % HOUR
    bars = hour_bars({hour: {"permit": 3, "deny": 1, "sign_in.failed": 9}}, NOON, ZoneInfo("Europe/Berlin"))
    assert len(bars) == 24
    assert (bars[-1].name, bars[-1].permit, bars[-1].challenge, bars[-1].deny) == ("12:00", 3, 0, 1)
    assert bars[-1].href == f"/console/decisions?since={hour}&until={hour + HOUR}&own=hide"
    assert all(bar.total == 0 for bar in bars[:-1])


def test_today_begins_at_midnight() -> None:
    hours = {NOON: {"permit": 7, "limen permit": 5}, NOON - HOUR: {"permit": 5, "deny": 1}}
    assert sums(hours, NOON - HOUR) == {"permit": 7, "challenge": 0, "deny": 1}
    assert sums(hours, NOON) == {"permit": 2, "challenge": 0, "deny": 0}


def test_what_watched_policies_would_have_changed_is_counted_by_folded_decisions_too() -> None:
    assert counts([decided(watched=("w", "v")), decided(watched=("w",)), decided()])[1] == {"w": 2, "v": 1}
