"""The recurring look over a whole Limen: days are kept, and what closes or opens again is journaled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.web.conftest import House, move_in

from limen.clock import DAY, HOUR
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.holding import Day, Standing
from limen.roadmap.looking import KEPT_DAYS, RoadmapJob, figures_of, keep
from limen.roadmap.model import Grade, Phase
from limen.roadmap.reading import read
from limen.roadmap.roadmap import Kept, kept_in, roadmap

TODAY = date(2026, 12, 2)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def test_a_look_keeps_the_day_and_journals_its_figures_once(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    job = RoadmapJob(harbor.limen.core)
    first = job.look()
    assert job.newest is first
    assert [one.control.id for one in first.shown] == [one.id for one in CONTROLS]
    job.look()
    kept = harbor.limen.database.read(lambda s: store.days_since(s.connection, date.min))
    assert {control: len(days) for control, days in kept.items()} == {one.id: 1 for one in CONTROLS}
    await harbor.limen.journal.settled()
    said = [one for one in harbor.events("roadmap.measured") if one.details["phase"] == Phase.IDENTITY]
    assert [one.details["figures"] for one in said] == [figures_of(first, Phase.IDENTITY)]
    assert "I2=" in figures_of(first, Phase.IDENTITY)


async def test_days_that_are_too_old_go(harbor: House) -> None:
    job = RoadmapJob(harbor.limen.core)
    old = Day("I2", TODAY - timedelta(days=KEPT_DAYS + 400), 0, HOUR, 1, 1, Grade.MEASURED, 1.0, is_met=True)
    harbor.limen.database.write(lambda t: store.keep_days(t.connection, [old]))
    job.look()
    assert old.day not in harbor.limen.database.read(lambda s: store.days_since(s.connection, date.min))["I2"]


async def test_what_opens_again_is_journaled_when_it_does_and_not_again(harbor: House) -> None:
    job = RoadmapJob(harbor.limen.core)
    closed = [Standing(one.id, closed_at=1) for one in CONTROLS]
    harbor.limen.database.write(lambda t: store.keep_standings(t.connection, closed))
    harbor.limen.database.write(lambda t: store.keep_closed_phases(t.connection, {1: 1}))
    begin = harbor.clock.now()
    for hour in range(27):
        harbor.clock.forward(begin + hour * HOUR - harbor.clock.now())
        job.look()
    await harbor.limen.journal.settled()
    reopened = [one.details["control"] for one in harbor.events("roadmap.control_reopened")]
    assert sorted(map(str, reopened)) == sorted(one.id for one in CONTROLS)
    opened = {one.details["phase"] for one in harbor.events("roadmap.phase_reopened")}
    assert opened == {int(one.phase) for one in CONTROLS}
    assert harbor.limen.database.read(lambda s: store.closed_phases(s.connection)) == {}


async def test_what_closes_is_journaled(harbor: House) -> None:
    limen = harbor.limen
    found = roadmap(read(RoadmapJob(limen.core).sources(harbor.clock.now())), Kept({}, {}, {}, ()), TODAY)
    closed = [Standing(one.control, closed_at=5 * DAY) for one in found.standings]
    done = replace(found, standings=tuple(closed))
    before = limen.database.read(lambda s: kept_in(s, limen.settings, harbor.clock.now()))
    limen.database.write(lambda t: keep(t, done, before, harbor.clock.now()))
    await limen.journal.settled()
    said = [one.details["control"] for one in harbor.events("roadmap.control_closed")]
    assert sorted(map(str, said)) == sorted(one.id for one in CONTROLS)
