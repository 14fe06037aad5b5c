from __future__ import annotations

from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.devices.model import State
from limen.devices.service import Devices
from limen.pillar import DeviceResponses


async def test_a_device_is_released_by_the_mark_that_holds_it_alone(harbor: House, laptop: SoftwareAgent) -> None:
    core, now = harbor.limen.core, harbor.clock.now()
    responses = core.offers.take(DeviceResponses)

    async def done(what: str, mark: str) -> bool:
        return await core.write(lambda t: getattr(responses, what)(t, laptop.device, now, "", mark))

    assert [await done("quarantine", "a"), await done("quarantine", "b")] == [True, False]
    held = core.database.read(lambda s: [responses.is_held(s, laptop.device, mark) for mark in ("a", "b")])
    assert held == [True, False]
    assert [await done("release", "b"), await done("release", "a"), await done("release", "a")] == [False, True, False]
    assert not core.database.read(lambda s: responses.is_held(s, laptop.device, "a"))
    await core.offers.take(Devices).change(laptop.device, State.LOST, by="server")
    assert await done("quarantine", "c") is False


async def test_whose_a_device_is(harbor: House, laptop: SoftwareAgent, ida: object) -> None:
    core = harbor.limen.core
    responses = core.offers.take(DeviceResponses)
    asked = core.database.read(lambda s: [responses.owner_of(s, each) for each in (laptop.device, "d_none")])
    assert asked == [ida.id, ""]  # type: ignore[attr-defined]
    assert not await core.write(lambda t: responses.quarantine(t, "d_none", harbor.clock.now(), "", "a"))
