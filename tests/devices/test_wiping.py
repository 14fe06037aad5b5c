from __future__ import annotations

import pytest
from tests.devices.seen import NOW

from limen.devices.model import EnrolledDevice, KeyStorage, Platform
from limen.devices.wiping import DeviceManagements, NoManagementError

WREN = EnrolledDevice("d_1", "p", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=NOW)


class Management:
    def __init__(self, name: str, *has: str) -> None:
        self.name, self._has = name, has
        self.wiped: list[str] = []

    async def has(self, device: EnrolledDevice) -> bool:
        return device.id in self._has

    async def wipe(self, device: EnrolledDevice) -> None:
        self.wiped.append(device.id)


async def test_the_first_that_has_a_device_is_asked_and_no_other() -> None:
    others = [Management("Jamf"), Management("Intune", "d_1"), Management("Fleet", "d_1")]
    assert await DeviceManagements(others).wipe(WREN) == "Intune"
    assert [one.wiped for one in others] == [[], ["d_1"], []]


async def test_without_any_nobody_wipes() -> None:
    managements = DeviceManagements()
    managements.add(Management("Jamf"))
    with pytest.raises(NoManagementError):
        await managements.wipe(WREN)


def test_whether_anything_can_wipe_is_known_before_it_is_asked() -> None:
    assert [DeviceManagements(one).are_connected for one in ((), [Management("Intune")])] == [False, True]
