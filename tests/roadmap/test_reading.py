"""Evidence is read from a whole Limen, and from one in which nothing happened yet."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.web.conftest import move_in

from limen.clock import DAY
from limen.errors import LimenError
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.reading import WINDOW, read


async def test_people_decisions_and_the_company_in_force_are_read(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        harbor = await move_in(closing, tmp_path / "harbor")
        await harbor.administrator(harbor.browser())
        await harbor.limen.journal.settled()
        now = harbor.clock.now()
        evidence = read(RoadmapJob(harbor.limen.core).sources(now))
        assert (evidence.at, [one.person.name for one in evidence.members]) == (now, ["Ada Harbor"])
        assert evidence.company is not None
        assert set(evidence.apps) >= {app.id for app in evidence.company.apps}
        assert now - WINDOW <= evidence.recorded_since <= now
        assert {one.app for one in evidence.uses} == {"limen"}
        later = read(RoadmapJob(harbor.limen.core).sources(now + 91 * DAY))
        assert later.uses == ()
        measured = [one.measured(evidence) for one in CONTROLS]
        assert [one.control for one in measured] == [one.id for one in CONTROLS]


async def test_whoever_has_no_more_time_ends_it_between_parts(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        harbor = await move_in(closing, tmp_path / "harbor")

        def out_of_time() -> None:
            raise LimenError("no more time", "ask again")

        with pytest.raises(LimenError):
            read(RoadmapJob(harbor.limen.core).sources(harbor.clock.now()), out_of_time)
