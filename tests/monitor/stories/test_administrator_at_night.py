"""Somebody becomes an administrator at half past two in the morning: a case says who, what, and what to do next.

Two weeks of her days come first, as the process that watches saw them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.monitor.over_harbor import alerts_of, risk_of
from tests.monitor.stories.story import alerted, case_of, forward, opened, signs_in, within
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.identity.model import ADMINISTRATORS
from limen.monitor.detections.usual.about import ODD_HOUR
from limen.monitor.detections.usual.person import LEARNED_DAYS

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    """At nine in the morning, some weeks ago."""
    morning = datetime.now(BERLIN).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=LEARNED_DAYS + 4)
    async with AsyncExitStack() as closing:
        yield await opened(closing, tmp_path / "harbor", int(morning.timestamp()) * SECOND)


async def test_a_new_administrator_at_night_is_a_case(harbor: House) -> None:
    ada = harbor.browser()
    ada_id = await harbor.administrator(ada)
    for _ in range(LEARNED_DAYS + 2):
        for _ in range(2):
            await signs_in(harbor, ada)
            harbor.clock.forward(3 * HOUR)
        harbor.clock.forward(DAY - 6 * HOUR)
    tom = harbor.browser()
    tom_id = await harbor.member(tom, "Tom", "staff")

    await forward(harbor, 17 * HOUR + 30 * MINUTE)
    await signs_in(harbor, ada)
    await harbor.limen.identity.people.set_groups(tom_id, {"staff", ADMINISTRATORS}, by=ada_id)
    alert = await alerted(harbor, "limen/new-administrator.yml")
    assert (alert.person_id, alert.level.value) == (ada_id, "high")

    async def is_odd() -> bool:
        return any(one.rule == ODD_HOUR.id for one in risk_of(harbor).held[("person", ada_id)].findings)

    await within("the hour counts, too", is_odd)
    case = await case_of(harbor, alert)
    page = (await (await signs_in(harbor, tom)).get(f"/console/cases/{case.case.id}")).text
    assert all(one in page for one in ("Ada Harbor", f"/console/people/{ada_id}", "second administrator"))
    assert len(await alerts_of(harbor).cases()) == 1
