from __future__ import annotations

from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.devices.holdings import HOLDINGS
from limen.devices.model import State


async def test_a_device_is_to_be_collected_while_it_is_theirs(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    who, now = harbor.limen.known.people[ida.id], harbor.clock.now()

    def held() -> list[str]:
        return [one.id for one in harbor.limen.database.read(lambda s: HOLDINGS[0].list(s.connection, who, now))]

    assert held() == [laptop.device]
    await devices_of(harbor).change(laptop.device, State.RETIRED, by="")
    assert held() == []
