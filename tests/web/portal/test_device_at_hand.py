"""A refusal for a device's sake: its failing checks with what to do, and the way to it where it is not known."""

from __future__ import annotations

import re

import httpx2
import pytest
from tests.attacks.test_stolen_cookies import copied
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.devices.test_binding import asked
from tests.web.conftest import Browser, House, decision_in

from limen.clock import MINUTE
from limen.devices.model import State
from limen.messages import Language, catalogue
from limen.ties import BY_AGENT

__all__ = ["agent", "harbor", "ida", "laptop"]
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
EXPORT = "/export/november.csv"
OLD = {"updates": {"pending": 4, "security": 3, "oldest_days": 20, "lists_age_days": 0}}


async def bind(ida: Ida, laptop: SoftwareAgent) -> None:
    done = await ida.browser.send("/devices/prove", proof=laptop.proof(await asked(ida.browser)))
    assert done.json()["device"] == "wren"


async def refused(house: House, browser: Browser, path: str = EXPORT) -> str:
    """The id of the refusal of something that is only for healthy devices."""
    there = await house.into(browser, "payroll")
    answered = await there.get(path, **NAVIGATION)
    return decision_in(answered.headers["location"])


async def page_of(browser: Browser, decision: str, more: str = "") -> httpx2.Response:
    return await browser.get(f"/not-yet?decision={decision}{more}")


def found(page: str) -> tuple[str, list[str]]:
    """What the page says is in the way, and which checks it opens."""
    state = re.search(r'data-found="(\w+)"', page)
    return (state[1] if state else ""), re.findall(r'data-check="(\w+)"', page)


async def test_the_failing_check_is_opened_with_its_steps(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await laptop.report(**OLD, secure_boot={"enabled": False})
    await bind(ida, laptop)
    page = (await page_of(ida.browser, await refused(harbor, ida.browser))).text
    assert found(page) == ("failing", ["updates"])  # what is only reported is not in the way
    (section,) = re.findall(r'<section data-check="updates">(.*?)</section>', page, re.DOTALL)
    assert (section.count("<li>"), "15" in section, "20" in section) == (2, True, True)
    assert page.count('<li class="fails">') == 1


async def test_a_device_that_fell_silent_is_not_told_what_it_reported(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await bind(ida, laptop)
    harbor.clock.forward(14 * MINUTE)
    await bind(ida, laptop)
    harbor.clock.forward(2 * MINUTE)
    assert found((await page_of(ida.browser, await refused(harbor, ida.browser))).text) == ("silent", [])


async def test_without_a_proof_it_is_asked_which_device_this_is(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    page = (await page_of(ida.browser, await refused(harbor, ida.browser))).text
    assert found(page) == ("not_proved", [])
    assert re.search(r'href="/devices/prove\?app=payroll&amp;to=[^"]+"', page)
    assert (await ida.browser.get("/not-yet/device")).json() == {"seen": "gone"}


@pytest.mark.parametrize("more", ["", "&check=now"])
async def test_a_copied_cookie_learns_nothing_of_what_the_device_lacks(
    harbor: House, ida: Ida, laptop: SoftwareAgent, more: str
) -> None:
    await laptop.report(**OLD)
    await bind(ida, laptop)
    decision = await refused(harbor, ida.browser)
    thief = copied(harbor, ida.browser, "__Host-limen")
    assert found((await page_of(thief, decision, more)).text) == ("not_proved", [])
    assert (await thief.get("/not-yet/device")).json() == {"seen": "gone"}
    assert found((await page_of(ida.browser, decision, more)).text) == ("failing", ["updates"])
    harbor.clock.forward(BY_AGENT)
    await laptop.report(**OLD)
    assert found((await page_of(ida.browser, decision, more)).text) == ("not_proved", [])
    assert (await ida.browser.get("/not-yet/device")).json() == {"seen": "gone"}


async def test_who_has_no_device_is_shown_how_to_enrol_one(harbor: House, ida: Ida) -> None:
    page = (await page_of(ida.browser, await refused(harbor, ida.browser))).text
    assert (found(page), 'href="/devices/install"' in page) == (("not_enrolled", []), True)


async def test_a_device_in_quarantine_says_so(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server", why="seen twice")
    page = (await page_of(ida.browser, await refused(harbor, ida.browser))).text
    assert (found(page), "seen twice" in page) == (("quarantined", []), True)
    assert catalogue(Language.ENGLISH).say("page.would-open") not in page  # its owner can do nothing about it


async def test_helpdesk_sees_the_same_checks_and_can_not_press_for_them(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await laptop.report(**OLD)
    await bind(ida, laptop)
    decision = await refused(harbor, ida.browser)
    helper = harbor.browser(address="203.0.113.9")
    await harbor.member(helper, "Hana", "staff", "helpdesk")
    page = (await page_of(helper, decision)).text
    assert (found(page), "/not-yet/check" in page) == (("failing", ["updates"]), False)


BARE = {"disk_encryption": {"encrypted": False, "how": "none"}}
PAYROLL_NEEDS_ENCRYPTION = {
    "effect": "forbid",
    "back": "/console/apps/payroll",
    "who": "everybody",
    "apps": "payroll",
    "actions": "view",
    "w0_auth_strength": "0",
    "w0_device_passing": "disk_encryption",
    "title": "Payroll needs an encrypted disk",
    "state": "enforce",
    "do": "plan",
}


async def test_an_app_asks_for_one_check_and_its_refusal_opens_that_one(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await laptop.report(**BARE)  # in its grace: the device itself still counts as healthy
    await bind(ida, laptop)
    ada = harbor.browser(address="203.0.113.8")
    await harbor.administrator(ada)
    await ada.get("/console/policies/sign-in")
    begun = await ada.post("/console/rules", **PAYROLL_NEEDS_ENCRYPTION)
    assert begun.status_code == 303, begun.text
    change = (await ada.get(begun.headers["location"])).text
    assert re.search(r'id="devices".*Ida.*</section>', change, re.DOTALL)
    tests = await ada.post(
        f"{begun.headers['location']}/tests/all", line=re.findall(r'name="line" value="(\d+)"', change)
    )
    done = await ada.post(f"{tests.headers['location']}/publish", reason="Because")
    assert done.status_code == 303, done.text
    there = await harbor.into(ida.browser, "wiki")
    assert (await there.get("/", **NAVIGATION)).status_code != 303
    page = (await page_of(ida.browser, await refused(harbor, ida.browser, "/"))).text
    assert found(page) == ("failing", ["disk_encryption"])
    known = devices_of(harbor).known(laptop.device)
    assert known is not None
    assert known.compliance == "compliant"
    await laptop.report()
    there = await harbor.into(ida.browser, "payroll")
    assert (await there.get("/", **NAVIGATION)).status_code != 303
