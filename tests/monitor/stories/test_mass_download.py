"""Somebody who takes 3 to 12 pages of the wiki a day takes 410: no restricted app opens for them until it was expected,
and they take no more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.monitor.over_harbor import alerts_of, decided, risk_of, score
from tests.monitor.stories.story import alerted, case_of, opened, signs_in, within
from tests.web.conftest import House

from limen.clock import DAY, SECOND, SystemClock
from limen.monitor.alerts.model import Verdict
from limen.monitor.detections.usual.person import LEARNED_DAYS

BERLIN = ZoneInfo("Europe/Berlin")
USUAL = (3, 5, 12, 7, 4, 9, 6, 8)
MANY = 410


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    """Some weeks ago, at this time of day."""
    then = datetime.now(BERLIN) - timedelta(days=LEARNED_DAYS + 2)
    async with AsyncExitStack() as closing:
        yield await opened(closing, tmp_path / "harbor", int(then.timestamp()) * SECOND)


async def downloads(house: House, browser: object, number: int) -> None:
    """So many attachments of the wiki, through the gateway."""
    there = await house.into(await signs_in(house, browser), "wiki")  # type: ignore[arg-type]
    for one in range(number):
        await there.client.get(f"/attachments/{one}")
    house.limen.journal.flush()


async def test_a_mass_download_closes_restricted_apps_until_a_verdict(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    ben, mia = harbor.browser(), harbor.browser()
    ben_id, mia_id = await harbor.member(ben, "Ben", "staff", "finance"), await harbor.member(mia, "Mia", "staff")
    for day in range(LEARNED_DAYS + 1):
        await downloads(harbor, ben, USUAL[day % len(USUAL)])
        harbor.clock.forward(DAY)
        risk_of(harbor).heard()  # the process has a clock of its own, which has not jumped
    harbor.clock.forward(SystemClock().now() - harbor.clock.now())
    risk_of(harbor).heard()
    assert score(harbor, ben_id) == (0, True)
    await signs_in(harbor, mia)
    await signs_in(harbor, ben)
    assert await decided(harbor, ben_id, "payroll") == "permit"

    await downloads(harbor, ben, MANY)
    usual = await alerted(harbor, "many-downloads")
    low, high, count = (int(usual.says[name]) for name in ("low", "high", "count"))
    assert 3 <= low < high <= 12 < 5 * high < count <= MANY  # it is said as soon as it is strange, not at the end
    await alerted(harbor, "limen/mass-download.yml")

    async def is_refused() -> bool:
        return await decided(harbor, ben_id, "payroll") == "deny"

    await within("from the downloads to the refusal", is_refused)
    assert score(harbor, ben_id)[0] >= 70
    assert await decided(harbor, ben_id, "wiki", "download") == "deny"
    assert [await decided(harbor, mia_id, "wiki", one) for one in ("view", "download")] == ["permit", "permit"]
    assert (await (await signs_in(harbor, ben)).get("/")).status_code == 200  # Limen itself goes on, and says why

    case = await case_of(harbor, usual)
    assert case.people == (ben_id,)
    await alerts_of(harbor).close_case(case.case.id, Verdict.EXPECTED, by="server", why="He moves the archive")
    for response in case.responses:
        if not response.ended_at:
            await alerts_of(harbor).undo(response.id, by="server")
    assert score(harbor, ben_id)[0] < 40
    assert await decided(harbor, ben_id, "payroll") == await decided(harbor, ben_id, "wiki", "download") == "permit"
