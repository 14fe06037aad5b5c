from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from tests.enforcement.test_traffic import WIKI, asked

from limen.app import open_limen
from limen.clock import DAY
from limen.company.load import load_company
from limen.demo.harbor import copy_to
from limen.enforcement.traffic_store import observed_apps


async def test_what_was_observed_is_written_down_when_it_ends(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    company = load_company(tmp_path)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        parts, now = limen.enforcement, limen.clock.now()
        asked(parts.doors.traffic, "/pages/7", now=now, of=replace(WIKI, onboarding_until=now + DAY))
        await parts.close()
        rows = limen.database.read(lambda s: s.connection.execute(observed_apps.select()).all())
        assert [row.app for row in rows] == [WIKI.id]
