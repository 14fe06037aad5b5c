"""Check again: the device of one's own session looks, whoever presses, and nobody else's."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House
from tests.web.portal.test_device_at_hand import EXPORT, NAVIGATION, OLD, bind, found, page_of, refused

from limen.devices.service import Devices

__all__ = ["agent", "harbor", "ida", "laptop"]


async def test_check_again_has_the_device_look_and_lets_in_who_has_mended_it(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await laptop.report(**OLD)
    await bind(ida, laptop)
    decision = await refused(harbor, ida.browser)
    before = await page_of(ida.browser, decision)
    devices = devices_of(harbor)
    stream = devices.streams.open(laptop.device)
    pressed = asyncio.create_task(ida.browser.post("/not-yet/check", decision=decision))
    told = await stream.next(5)
    assert told is not None
    assert told.event == "recheck"
    await laptop.report()
    went = urlsplit((await pressed).headers["location"])
    assert (went.path, parse_qs(went.query)) == ("/not-yet", {"decision": [decision], "check": ["now"]})
    after = await page_of(ida.browser, decision, "&check=now")
    assert (found(before.text)[0], found(after.text)[0]) == ("failing", "")
    assert "https://payroll.harbor.localhost/" in after.text
    assert (await (await harbor.into(ida.browser, "payroll")).get(EXPORT, **NAVIGATION)).status_code != 303


async def test_a_device_that_does_not_answer_is_said_to(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await laptop.report(**OLD)
    await bind(ida, laptop)
    decision = await refused(harbor, ida.browser)
    await page_of(ida.browser, decision)
    went = (await ida.browser.post("/not-yet/check", decision=decision)).headers["location"]
    assert parse_qs(urlsplit(went).query)["silent"] == ["yes"]
    page = await ida.browser.get(went)
    assert (found(page.text)[0], page.text.count('role="status"') > 0) == ("failing", True)


async def test_the_page_hears_when_the_device_has_reported_anew(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    async def seen() -> str:
        return str((await ida.browser.get("/not-yet/device")).json()["seen"])

    assert await seen() == "gone"
    await laptop.report(**OLD)
    await bind(ida, laptop)
    page = await page_of(ida.browser, await refused(harbor, ida.browser))
    assert f'data-seen="{await seen()}"' in page.text
    await laptop.report()
    assert f'data-seen="{await seen()}"' not in page.text


async def test_nobody_has_anothers_device_look_again(
    harbor: House, ida: Ida, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_again: list[str] = []

    async def check_again(_devices: Devices, device_id: str) -> bool:
        asked_again.append(device_id)
        return True

    monkeypatch.setattr(Devices, "check_again", check_again)
    decision = await refused(harbor, ida.browser)
    await bind(ida, laptop)
    mia = harbor.browser(address="203.0.113.9")
    await harbor.member(mia, "Mia", "staff", "finance")
    await mia.get("/devices")
    await mia.post("/not-yet/check", decision=decision, device=laptop.device)
    assert asked_again == []
    stranger = harbor.browser(address="203.0.113.10")
    await stranger.get("/sign-in")
    assert (await stranger.post("/not-yet/check", decision=decision)).headers["location"] == "/sign-in"
    await page_of(ida.browser, decision)
    await ida.browser.post("/not-yet/check", decision=decision)
    assert asked_again == [laptop.device]
