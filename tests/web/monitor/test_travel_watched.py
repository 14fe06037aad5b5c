"""From a sign-in far away to the case about it: the real process that watches, and the risk that comes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.mmdb import SAO_PAULO, VIENNA, write_mmdb
from tests.web import conftest as web
from tests.web.conftest import Browser, House

from limen.monitor.alerts import words
from limen.monitor.alerts.model import Alert
from limen.monitor.alerts.service import Alerts
from limen.monitor.detections.travel.travel import ABOUT

ABROAD = "198.51.100.20"
WITHIN_SECONDS = 45.0
"""The process has to start, on a busy machine; what is found comes within a second then."""


def with_places(folder: Path) -> None:
    write_mmdb(folder / "city.mmdb", {"203.0.113.0/24": VIENNA, "198.51.100.0/24": SAO_PAULO})
    (folder / "monitor.yaml").write_text("watch: true\nplaces:\n  databases: [city.mmdb]\n")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await web.move_in(closing, tmp_path / "harbor", with_places)


async def travels_of(house: House, seconds: float = WITHIN_SECONDS) -> list[Alert]:
    """The alerts about travel, once there is one, or after so long."""
    alerts, ends_at = house.limen.core.offers.take(Alerts), time.monotonic() + seconds
    while True:
        cases = await alerts.cases(is_open=None)
        found = [alert for case in cases for alert in case.alerts if alert.rule == ABOUT.id]
        if found or time.monotonic() > ends_at:
            return found
        await asyncio.sleep(0.2)


async def signs_in_abroad(house: House, browser: Browser) -> None:
    there = house.browser(address=ABROAD)
    there.passkey = browser.passkey
    assert (await there.sign_in()).status_code == 200


@pytest.mark.slow
async def test_signing_in_from_another_continent_becomes_a_case(house: House) -> None:
    await house.administrator(house.browser())
    eve = house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    await signs_in_abroad(house, eve)
    (alert,) = await travels_of(house)
    assert (alert.person_id, alert.says["from"], alert.says["to"]) == (eve_id, "Vienna, AT", "São Paulo, BR")
    assert house.limen.known.risks.get(eve_id) is not None
    said = words.said(alert, words.texts_of()[alert.rule], house.limen.known).what
    assert all(one in said for one in ("Eve", "Vienna, AT", "São Paulo, BR", f"{alert.says['km']} km"))
