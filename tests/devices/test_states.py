from __future__ import annotations

import pytest
from tests.devices.laptops import devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.devices.model import State
from limen.devices.states import StateError, UnknownDeviceError


async def test_what_is_lost_or_retired_does_not_come_back(harbor: House, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    for state in (State.QUARANTINED, State.ACTIVE, State.QUARANTINED, State.LOST):
        await devices.change(laptop.device, state, by="server")
    for state in (State.ACTIVE, State.RETIRED, State.LOST):
        with pytest.raises(StateError):
            await devices.change(laptop.device, state, by="server")


async def test_a_state_is_changed_once(harbor: House, laptop: SoftwareAgent) -> None:
    with pytest.raises(StateError):
        await devices_of(harbor).change(laptop.device, State.ACTIVE, by="server")


async def test_malware_ends_what_is_signed_in_once(harbor: House, laptop: SoftwareAgent) -> None:
    found = {"active": [{"name": "Eicar", "at": harbor.clock.now() // 1000}]}
    assert (await laptop.report(threats=found)).json()["compliance"] == "non_compliant"
    events = harbor.events("device.compliance_changed")
    assert events[0].details["failing"] == "threats"
    await laptop.report(threats=found)
    assert len(harbor.events("device.compliance_changed")) == len(events)


async def test_a_device_that_is_not_there_is_not_changed(harbor: House) -> None:
    with pytest.raises(UnknownDeviceError):
        await devices_of(harbor).change("d_none", State.LOST, by="server")
