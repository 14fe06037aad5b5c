"""Findings of attack 12. Each test states what should hold; it failed when it was written."""

from __future__ import annotations

from typing import Any

import pytest
from tests.attacks.test_devices import prove
from tests.attacks.test_stolen_cookies import THIEF, at_the_wiki, copied, on, with_a_key
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop, new_agent
from tests.devices.software_agent import HEALTHY, ORIGIN, SoftwareAgent
from tests.devices.software_browser_key import BrowserKey
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.facts.fact_store import OVER
from limen.ties import BY_AGENT, BY_BROWSER_KEY

__all__ = ["agent", "harbor", "ida", "laptop"]


async def invited_at_the_wiki(house: House, thief: Browser) -> tuple[Browser, Any]:
    """The thief's own browser at the wiki, opened by the copied sign-in; and the answer that invites its own key."""
    there = house.browser(f"https://{house.limen.known.apps['wiki'].host}", THIEF)
    handed = await thief.get((await there.get("/.limen/start?to=/")).headers["location"].removeprefix(ORIGIN))
    arrived = await there.get(handed.headers["location"].removeprefix(str(there.client.base_url)))
    return there, arrived


async def test_1_a_whole_copy_is_on_no_device_after_its_tie_whatever_key_the_thief_has(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """The thief registers a key at an app: its signatures extend the *owner's* sign-in, whose agent is not asked."""
    await prove(ida.browser, laptop)
    there, arrived = await invited_at_the_wiki(harbor, copied(harbor, ida.browser))
    key = BrowserKey(there.client)
    assert (await key.register(arrived)).status_code == 200
    for _ in range(15):  # an hour in which Ida's browser proves nothing
        harbor.clock.forward(4 * MINUTE)
        await laptop.report()
        assert (await key.refresh()).status_code == 200
    assert on(at_the_wiki(harbor, there)) == ("", 0)


async def test_2_with_a_browsers_key_what_a_copy_opened_is_dead_after_five_minutes_too(
    harbor: House, ida: Ida
) -> None:
    """Level 3 says: they open nothing at all then. A session at an app that the copy opened meanwhile opens on."""
    browser, key = await with_a_key(harbor, ida)
    there, _ = await invited_at_the_wiki(harbor, copied(harbor, browser))
    for _ in range(15):
        harbor.clock.forward(4 * MINUTE)
        assert (await key.refresh()).status_code == 200
    assert at_the_wiki(harbor, there).session is None


async def test_3_a_stream_that_a_copy_opened_is_on_no_device_after_the_copys_tie(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await prove(ida.browser, laptop)
    stream = at_the_wiki(harbor, copied(harbor, await harbor.into(ida.browser, "wiki")))
    assert on(stream) == (laptop.device, 1)
    for _ in range(4):
        harbor.clock.forward(BY_AGENT // 2 + SECOND)
        await laptop.report()
        await prove(ida.browser, laptop)
    doors, seen = harbor.limen.doors, list[Any]()
    engine = doors._engine()

    class Watched:
        def decide(self, request: Any, facts: Any, now: Any) -> Any:
            seen.append((facts.device.id, facts.device.bound_until > now))
            return engine.decide(request, facts, now)

    doors._engine = Watched  # type: ignore[method-assign,assignment]
    doors.re_check(stream, THIEF)
    assert [is_bound for _, is_bound in seen] == [False]


async def test_7_a_new_enrolment_of_the_same_machine_begins_no_new_grace(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    bare: dict[str, Any] = {"encrypted": False}
    await laptop.report(disk_encryption=bare)
    harbor.clock.forward(8 * DAY)
    assert (await laptop.report(disk_encryption=bare)).json()["compliance"] == "non_compliant"
    again = new_agent(harbor)
    await again.enrol(await devices_of(harbor).token(ida.id, by="server"))
    assert (await again.report(disk_encryption=bare)).json()["compliance"] == "non_compliant"


async def test_8_a_device_of_which_nothing_is_known_is_not_healthy(harbor: House, ida: Ida) -> None:
    """A new device whose agent could find out nothing at all counts as healthy for a day."""
    blind = new_agent(harbor)
    await blind.enrol(await devices_of(harbor).token(ida.id, by="server"))
    nothing = dict.fromkeys(HEALTHY)
    assert (await blind.report(**nothing)).json()["compliance"] != "compliant"


async def test_9_a_token_that_enrols_a_company_device_asks_who_is_there(harbor: House) -> None:
    """As every other way of the console to give somebody access does, within ten minutes."""
    ada = harbor.browser(address="203.0.113.8")
    ada_id = await harbor.administrator(ada)
    harbor.clock.forward(30 * MINUTE)
    await ada.get("/console/devices")
    done = await ada.post("/console/devices/token", owner=ada_id)
    assert done.status_code == 303, "a token was made"
    assert done.headers["location"].startswith("/step-up")
