"""Signals on a device's page: what was said, ending it, taking that back; and asking for a wipe."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.signals.sensors import agent, harbor, ida, laptop, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import Browser, House

from limen.devices.model import EnrolledDevice, State
from limen.errors import LimenError

__all__ = ["agent", "harbor", "ida", "laptop"]


@pytest.fixture
async def ada(harbor: House) -> Browser:
    browser = harbor.browser(address="203.0.113.8")
    await harbor.administrator(browser)
    return browser


class Management:
    """A management of devices, as a connector offers one."""

    name = "Intune"

    def __init__(self, *has: str, is_away: bool = False) -> None:
        self.wiped: list[str] = []
        self._has, self._is_away = has, is_away

    async def has(self, device: EnrolledDevice) -> bool:
        if self._is_away:
            raise LimenError("it does not answer", "try again")
        return device.id in self._has

    async def wipe(self, device: EnrolledDevice) -> None:
        self.wiped.append(device.id)


async def test_a_signal_is_shown_ended_and_counts_again(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    edr, at = await sensor(harbor, "edr"), f"/console/devices/{laptop.device}"
    assert 'id="signals"' not in (await ada.get(at)).text
    await edr.tell("high", title="Trojan <1>", topic="malware")
    (signal,) = signals_of(harbor).of(laptop.device)
    page = (await ada.get(at)).text
    assert ("Trojan &lt;1&gt;" in page, f"{at}/signals/{signal.id}/end" in page) == (True, True)
    done = await ada.post(f"{at}/signals/{signal.id}/end")
    assert done.headers["location"] == f"{at}?done=signal-ended"
    page = (await ada.get(at)).text
    assert ("Ada Harbor" in page, f"{at}/signals/{signal.id}/reopen" in page) == (True, True)
    done = await ada.post(f"{at}/signals/{signal.id}/reopen")
    assert done.headers["location"] == f"{at}?done=signal-reopened"
    assert signals_of(harbor).of(laptop.device)[0].counts(harbor.clock.now())
    await ada.get(at)
    assert (await ada.post(f"{at}/signals/{signal.id}/reopen")).status_code == 400
    assert (await ada.post(f"{at}/signals/sg_none/end")).status_code == 404


async def test_nobody_can_wipe_a_device_that_no_management_has(
    harbor: House, ada: Browser, laptop: SoftwareAgent
) -> None:
    await ada.get(f"/console/devices/{laptop.device}")
    done = await ada.post(f"/console/devices/{laptop.device}/wipe", why="stolen")
    assert (done.status_code, "no MDM" in done.text) == (400, True)
    assert devices_of(harbor).device(laptop.device).state is State.ACTIVE
    assert harbor.events("device.wipe_requested") == []


async def test_the_management_that_has_a_device_is_asked_to_wipe_it(
    harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent
) -> None:
    other, has = Management("d_other"), Management(laptop.device)
    for one in (other, has):
        devices_of(harbor).managements.add(one)
    await ada.get(f"/console/devices/{laptop.device}")
    done = await ada.post(f"/console/devices/{laptop.device}/wipe", why="stolen")
    assert done.headers["location"] == f"/console/devices/{laptop.device}?done=wipe"
    assert (other.wiped, has.wiped) == ([], [laptop.device])
    assert devices_of(harbor).device(laptop.device).state is State.LOST
    assert (await ida.browser.get("/sessions")).status_code == 303
    (said,) = harbor.events("device.wipe_requested")
    assert (said.details["by"], said.device) == ("Intune", laptop.device)


async def test_a_management_that_does_not_answer_is_no_wipe(harbor: House, ada: Browser, laptop: SoftwareAgent) -> None:
    devices_of(harbor).managements.add(Management(is_away=True))
    await ada.get(f"/console/devices/{laptop.device}")
    done = await ada.post(f"/console/devices/{laptop.device}/wipe", why="stolen")
    assert done.status_code == 400
    assert harbor.events("device.wipe_requested") == []
