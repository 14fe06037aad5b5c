from __future__ import annotations

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.company.places import database_of
from limen.devices import states
from limen.devices.model import State
from limen.devices.states import UnknownDeviceError
from limen.identity.sessions import DEVICE_SESSIONS
from limen.storage import Database


async def test_what_decisions_know_fades(harbor: House, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    harbor.clock.forward(14 * MINUTE)
    fresh = devices.known(laptop.device)
    harbor.clock.forward(2 * MINUTE)
    stale = devices.known(laptop.device)
    assert fresh is not None
    assert stale is not None
    assert [(one.compliance, bool(one.passing)) for one in (fresh, stale)] == [("compliant", True), ("unknown", False)]


async def test_release_has_the_agent_look_again_and_the_end_is_told(harbor: House, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    stream = devices.listen(laptop.signed("stream", {}), "203.0.113.7")
    await devices.change(laptop.device, State.QUARANTINED, by="server")
    await devices.change(laptop.device, State.ACTIVE, by="server")
    told = [await stream.next(1), await stream.next(1)]
    assert [(one.event, one.data.get("why")) for one in told if one] == [("ended", "quarantined"), ("recheck", None)]


async def test_one_that_is_in_quarantine_is_told_so_when_it_listens(harbor: House, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    await devices.change(laptop.device, State.QUARANTINED, by="server")
    told = await devices.listen(laptop.signed("stream", {}), "203.0.113.7").next(1)
    assert told is not None
    assert told.event == "ended"


async def test_its_devices_are_somebodys(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    assert ([one.id for one in devices.of(ida.id)], devices.of("p_other")) == ([laptop.device], [])
    assert (devices.has_active(ida.id), devices.has_active("p_other")) == (True, False)
    with pytest.raises(UnknownDeviceError):
        devices.device("d_none")


async def test_what_another_process_made_of_a_device_is_told_to_its_agent(harbor: House, laptop: SoftwareAgent) -> None:
    devices, core = devices_of(harbor), harbor.limen.core
    stream = devices.listen(laptop.signed("stream", {}), "203.0.113.7")
    elsewhere = Database.open(database_of(core.root, core.settings))
    try:
        for state in (State.QUARANTINED, State.ACTIVE, State.LOST):
            elsewhere.write(
                lambda t, state=state: states.change(
                    t, DEVICE_SESSIONS, states.known(t, laptop.device), state, harbor.clock.now()
                )
            )
            told = await stream.next(5)
            assert told is not None
            assert (told.event, told.data.get("why", "")) == (
                ("recheck", "") if state is State.ACTIVE else ("ended", state.value)
            )
    finally:
        elsewhere.close()
