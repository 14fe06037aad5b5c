"""A running Limen and a command beside it read the same evidence."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from tests.web.conftest import move_in

from limen.cli.open_company import opened
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.reading import read
from limen.roadmap.sources import Sources


async def test_both_measure_the_same(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        harbor = await move_in(closing, tmp_path / "harbor")
        await harbor.administrator(harbor.browser())
        await harbor.limen.journal.settled()
        now, root = harbor.clock.now(), harbor.limen.core.root
        inside = read(RoadmapJob(harbor.limen.core).sources(now))
        with opened(root) as here:
            beside = read(
                Sources(root, here.settings, here.in_force(), here.database, here.keyring(), here.reader, now)
            )
    assert [one.measured(inside) for one in CONTROLS] == [one.measured(beside) for one in CONTROLS]
