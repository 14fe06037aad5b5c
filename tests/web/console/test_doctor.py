from __future__ import annotations

import asyncio

import pytest
from tests.web.conftest import House

from limen.clock import SetClock
from limen.doctor import examine
from limen.finding import Finding, State
from limen.web.console.doctor import Rounds


async def test_it_runs_on_request_and_shows_each_fault_with_its_fix(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_findings(_setup: object) -> list[Finding]:
        return []

    monkeypatch.setitem(examine.EXAMINATIONS, "folder", no_findings)  # a second, and tried elsewhere
    ada = house.browser()
    await house.administrator(ada)
    before = await ada.get("/console/doctor")
    assert "checked since Limen started" in before.text
    assert 'href="/console/doctor" aria-current="page"' in before.text
    done = await ada.post("/console/doctor")
    assert (done.status_code, done.headers["location"]) == (303, "/console/doctor")
    wrong = (await ada.get("/console/doctor")).text
    assert "nothing is listening at 127.0.0.1:9" in wrong
    assert "To fix it: start the app" in wrong
    assert "opens the keyring" not in wrong
    everything = (await ada.get("/console/doctor?show=all")).text
    assert "opens the keyring" in everything
    assert "it is intact" in everything


async def test_there_is_one_run_at_a_time_whoever_asks() -> None:
    runs, go_on = 0, asyncio.Event()

    async def look() -> tuple[Finding, ...]:
        nonlocal runs
        runs += 1
        await go_on.wait()
        return (Finding("disk", State.OK, "fine"),)

    rounds = Rounds(look, SetClock(7))
    both = [asyncio.create_task(rounds.go()) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rounds.is_running
    both[0].cancel()
    go_on.set()
    await both[1]
    assert (runs, rounds.is_running, rounds.ended_at, len(rounds.findings)) == (1, False, 7, 1)


async def test_only_administrators_may_look_or_run_it(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    await tom.get("/passkeys")
    assert (await tom.get("/console/doctor")).headers["location"].startswith("/not-yet")
    assert (await tom.post("/console/doctor")).headers["location"].startswith("/not-yet")
    ada = house.browser()
    await house.administrator(ada)
    await ada.get("/console/doctor")
    ada.csrf = "x"
    assert (await ada.post("/console/doctor")).status_code == 403
