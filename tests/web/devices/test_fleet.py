from __future__ import annotations

import re

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import Browser, House

from limen.clock import DAY
from limen.devices.model import State
from limen.devices.steps import TITLES
from limen.events import KINDS, Event
from limen.storage import Transaction


@pytest.fixture
async def ada(harbor: House) -> Browser:
    browser = harbor.browser(address="203.0.113.8")
    await harbor.administrator(browser)
    return browser


async def test_without_a_device_the_page_says_how_there_comes_one(ada: Browser) -> None:
    page = await ada.get("/console/devices")
    assert (page.status_code, 'action="/console/devices/token"' in page.text) == (200, True)


async def test_a_token_from_the_console_enrols_a_device(harbor: House, ada: Browser, ida: Ida) -> None:
    await ada.get("/console/devices")
    page = await ada.post("/console/devices/token", owner=ida.id)
    token = re.search(r"<code>([\w-]{43})</code>", page.text)
    assert token is not None
    agent = new_agent(harbor)
    await agent.enrol(token[1])
    assert devices_of(harbor).device(agent.device).owner_id == ida.id
    listed = await ada.get("/console/devices")
    assert (agent.device in listed.text, "Never reported" in listed.text) == (True, True)


async def test_devices_are_found_by_how_they_are(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    async def shown(show: str) -> bool:
        return laptop.device in (await ada.get(f"/console/devices?show={show}")).text

    assert [await shown(one) for one in ("", "not-healthy", "silent", "ended")] == [True, False, False, False]
    await laptop.report(updates={"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0})
    assert [await shown(one) for one in ("", "not-healthy", "silent")] == [True, True, False]
    harbor.clock.forward(DAY)
    await ada.sign_in()
    assert [await shown(one) for one in ("", "not-healthy", "silent")] == [True, False, True]


@pytest.mark.parametrize(
    ("word", "state"),
    [("quarantine", State.QUARANTINED), ("lost", State.LOST), ("retire", State.RETIRED)],
)
async def test_a_device_is_taken_away_with_a_reason(
    harbor: House, ada: Browser, laptop: SoftwareAgent, word: str, state: State
) -> None:
    page = await ada.get(f"/console/devices/{laptop.device}")
    assert (page.status_code, "wren" in page.text) == (200, True)
    done = await ada.post(f"/console/devices/{laptop.device}/{word}", why="stolen")
    assert done.status_code == 303
    kept = devices_of(harbor).device(laptop.device)
    assert (kept.state, kept.state_why) == (state, "stolen")
    assert laptop.device not in harbor.limen.core.known.devices
    again = await ada.get(f"/console/devices/{laptop.device}")
    assert "stolen" in again.text


async def test_a_device_in_quarantine_is_released(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    await ada.get(f"/console/devices/{laptop.device}")
    await ada.post(f"/console/devices/{laptop.device}/release")
    assert harbor.limen.core.known.devices[laptop.device].compliance == "compliant"
    assert [event.kind for event in harbor.events("device.released")] == ["device.released"]


async def test_whose_it_is_can_be_changed(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    await ada.get(f"/console/devices/{laptop.device}")
    await ada.post(f"/console/devices/{laptop.device}/company", company="no")
    assert harbor.limen.core.known.devices[laptop.device].managed is False


async def test_what_is_not_there_is_not_there(ada: Browser) -> None:
    assert (await ada.get("/console/devices/d_nothing")).status_code == 404


async def test_staff_see_no_devices_of_others(ida: Ida, laptop: SoftwareAgent) -> None:
    assert (await ida.browser.get("/console/devices")).status_code in {303, 403}
    assert (await ida.browser.get(f"/console/devices/{laptop.device}")).status_code in {303, 403, 404}


async def test_the_fleet_is_drawn_once_there_are_days_to_compare(
    harbor: House, ada: Browser, laptop: SoftwareAgent
) -> None:
    devices = devices_of(harbor)
    await devices.count()
    assert 'class="bars"' not in (await ada.get("/console/devices")).text
    harbor.clock.forward(DAY)
    await laptop.report(updates={"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0})
    await devices.count()
    await ada.sign_in()
    page = (await ada.get("/console/devices")).text
    drawn = re.findall(r'<a href="/console/devices" aria-label="([^"]+)"', page)
    assert [re.findall(r"\d+", one)[-3:] for one in drawn] == [["1", "0", "0"], ["0", "0", "1"]]


async def test_a_devices_history_is_read_from_the_journal_and_is_its_own(
    harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent
) -> None:
    other = new_agent(harbor)
    await other.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await laptop.report(updates={"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0})
    harbor.limen.journal.flush()
    shown = [(await ada.get(f"/console/devices/{one.device}")).text for one in (laptop, other)]
    assert [f"not good: {TITLES['updates']}" in one for one in shown] == [True, False]


async def test_what_does_not_count_yet_says_from_when(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    await laptop.report(firewall={"enabled": False})
    page = (await ada.get("/console/devices")).text
    assert re.search(rf"{TITLES['firewall']} \(counts from [^)]*\d{{4}}", page)


async def test_one_in_quarantine_is_counted_as_such(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    page = (await ada.get("/console/devices")).text
    assert ("1 in quarantine" in page, "0 unknown" in page) == (True, True)


async def test_a_wipe_is_offered_where_something_can_wipe(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    assert f"/{laptop.device}/wipe" not in (await ada.get(f"/console/devices/{laptop.device}")).text


async def test_signals_stand_in_a_devices_history(harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent) -> None:
    def signal(transaction: Transaction) -> None:
        details: dict[str, str | int | bool] = {"level": "low", "source": "suricata"}
        transaction.say(
            Event(at=harbor.clock.now(), kind="device.signal", subject=ida.id, device=laptop.device, details=details)
        )

    harbor.limen.database.write(signal)
    await harbor.limen.journal.settled()
    page = (await ada.get(f"/console/devices/{laptop.device}")).text
    assert ("suricata" in page, KINDS["device.signal"].title in page) == (True, True)
