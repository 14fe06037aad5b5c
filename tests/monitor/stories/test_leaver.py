"""Somebody who takes a page or two of the customer wiki a day takes sixty at once, and gives notice weeks later: that
is one alert as soon as their last day is entered. A colleague who leaves as well and worked as always raises none. What
they take from then on counts for more, and when the day is over they are out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from tests.monitor.over_harbor import risk_of
from tests.monitor.stories.story import NAMES, alerted, alerts, look_again, opened, signs_in, watched
from tests.monitor.stories.test_mass_download import downloads
from tests.web.conftest import House

from limen.clock import DAY, SystemClock
from limen.facts import SessionState
from limen.identity.days import today
from limen.monitor.detections.hit import Level
from limen.monitor.detections.usual.about import BEFORE_LEAVING, TAKEN_BEFORE_LEAVING

WORKED = (*range(0, 20, 2), 24, 27)
"""On which days, 47 days ago being the first: enough to be usual, and before what is looked back on."""
TAKEN = 24
TODAY = 47
STAFF_READ_IT = """@id("staff-read-the-wiki")
@title("Staff reads the wiki")
@phase("identity")
permit (principal in Group::"staff", action in [Action::"view", Action::"download"], resource == App::"wiki")
when { context.auth.strength >= 3 };
"""
NAMES |= {TAKEN_BEFORE_LEAVING.id: "taken", BEFORE_LEAVING["sensitive_downloads"].id: "more"}


def confidential_wiki(folder: Path) -> None:
    """The wiki holds customers, and may be read without a managed device. No policy looks at risk: it would stop them
    half way, sooner or later as the machine is fast.
    """
    watched(folder)
    apps = folder / "apps.yaml"
    head, wiki, rest = apps.read_text().partition("- id: wiki")
    apps.write_text(head + wiki + rest.replace("label: internal", "label: confidential", 1))
    (folder / "policies" / "32-data.cedar").unlink()
    (folder / "policies" / "33-risk.cedar").unlink()
    (folder / "policies" / "tests.yaml").unlink()
    (folder / "policies" / "99-wiki.cedar").write_text(STAFF_READ_IT)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await opened(closing, tmp_path / "harbor", SystemClock().now() - TODAY * DAY, confidential_wiki)


async def test_what_a_leaver_took_before_is_told_and_a_colleague_is_left_alone(harbor: House) -> None:
    ada, ben, mia = harbor.browser(), harbor.browser(), harbor.browser()
    await harbor.administrator(ada)
    ben_id, mia_id = await harbor.member(ben, "Ben", "staff"), await harbor.member(mia, "Mia", "staff")
    began = harbor.clock.now()
    for day in WORKED:
        harbor.clock.forward(began + day * DAY - harbor.clock.now())
        risk_of(harbor).heard()  # the process has a clock of its own, which has not jumped
        await downloads(harbor, mia, 1 + day % 3)
        await downloads(harbor, ben, 60 if day == TAKEN else 1 + day % 3)
    harbor.clock.forward(SystemClock().now() - harbor.clock.now())
    risk_of(harbor).heard()
    ada = await signs_in(harbor, ada)

    leaves = today(harbor.limen.core.settings, harbor.clock.now()) + timedelta(days=21)
    for who in (mia_id, ben_id):
        await ada.get(f"/console/people/{who}")
        saved = await ada.post(f"/console/people/{who}/last-day", last_day=leaves.isoformat())
        assert saved.headers["location"].endswith("?done=last-day")
    taken = await alerted(harbor, "taken")
    assert (taken.person_id, taken.level, taken.says["leaves"]) == (ben_id, Level.HIGH, f"leaves after {leaves}")
    assert str(taken.says["what"]).split()[0] == "60"
    assert [one.person_id for one in (await alerts(harbor)).values() if one.rule == TAKEN_BEFORE_LEAVING.id] == [ben_id]

    await look_again(harbor)
    await downloads(harbor, ben, 120)  # more than they took at once before, whatever kind of day it is
    assert (await alerted(harbor, "more")).level in {Level.HIGH, Level.CRITICAL}

    harbor.clock.forward(22 * DAY)
    await harbor.limen.identity.leaving.end()
    assert not harbor.limen.known.people[ben_id].active
    sessions = [one for one in harbor.limen.known.sessions.values() if one.person_id == ben_id]
    states = {harbor.limen.known.session_state(one, one.app, harbor.clock.now()) for one in sessions}
    assert SessionState.LIVE not in states
