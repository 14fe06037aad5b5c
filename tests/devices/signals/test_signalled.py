"""What services say of devices by shared signals, as devices offer it."""

from __future__ import annotations

from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop
from tests.devices.signals.sensors import bind, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import MINUTE, Instant
from limen.devices.model import State
from limen.pillar import SignalledDevices

__all__ = ["agent", "harbor", "ida", "laptop"]


async def tell(house: House, device: str, level: int, at: Instant = 0, *, is_sure: bool = True) -> bool:
    core = house.limen.core
    now = core.clock.now()
    offered = core.offers.take(SignalledDevices)
    return await core.write(
        lambda t: offered.tell(
            t,
            device,
            "shared signals okta",
            now,
            ref="compliance",
            level=level,
            title="Disk is not encrypted",
            at=at or now,
            when_high="quarantine",
            is_sure=is_sure,
        )
    )


async def test_a_service_says_that_a_device_is_bad_and_that_it_is_well(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    offered = harbor.limen.core.offers.take(SignalledDevices)
    now = harbor.clock.now()
    assert list(offered.meant(laptop.device, now)) == list(offered.meant("wren", now)) == [(laptop.device, ida.id)]
    assert list(offered.meant("nobodys", now)) == []
    assert await tell(harbor, laptop.device, 3)
    (signal,) = signals_of(harbor).of(laptop.device)
    assert (signal.source, signal.level, signal.did) == ("shared signals okta", 3, "quarantine")
    assert not await tell(harbor, laptop.device, 0, now - MINUTE)  # what was so before changes nothing
    harbor.clock.forward(MINUTE)
    assert not await tell(harbor, laptop.device, 0, is_sure=False)
    assert await tell(harbor, laptop.device, 0)
    assert not await tell(harbor, "d_nobody", 3)


async def test_what_is_signed_in_on_a_device_ends(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await bind(ida, laptop)
    core = harbor.limen.core
    offered, now = core.offers.take(SignalledDevices), core.clock.now()
    await core.write(lambda t: offered.end(t, laptop.device, "shared signals okta", now))
    assert (await ida.browser.get("/sessions")).status_code == 303
    (said,) = harbor.events("device.sessions_ended")
    assert (said.subject, said.device, said.details) == (ida.id, laptop.device, {"source": "shared signals okta"})


async def test_what_counts_again_does_again_what_the_service_may_do(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    signals, devices = signals_of(harbor), devices_of(harbor)
    await tell(harbor, laptop.device, 3)
    (signal,) = signals.of(laptop.device)
    await signals.end(signal.id, by="p_ada")
    assert devices.device(laptop.device).state is State.ACTIVE
    await signals.reopen(signal.id, by="p_ada")
    assert devices.device(laptop.device).state is State.QUARANTINED
