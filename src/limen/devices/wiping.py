"""Wiping a device: a request to whichever management of devices has it. Limen wipes nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from limen.devices.model import EnrolledDevice
from limen.errors import LimenError


class DeviceManagement(Protocol):
    """A management of devices (Intune, Jamf, Fleet …), as a connector to it offers it. `name` is what people read."""

    @property
    def name(self) -> str: ...

    async def has(self, device: EnrolledDevice) -> bool:
        """Whether this management has this device. Raises LimenError where it can't be asked."""
        ...

    async def wipe(self, device: EnrolledDevice) -> None:
        """Ask it to wipe the device; returns when it took the request. Raises LimenError where it did not."""
        ...


class NoManagementError(LimenError):
    """Nobody can wipe this device."""


class DeviceManagements:
    """Those that are connected; a connector adds its own."""

    def __init__(self, connected: Iterable[DeviceManagement] = ()) -> None:
        self._connected = list(connected)

    def add(self, management: DeviceManagement) -> None:
        self._connected.append(management)

    @property
    def are_connected(self) -> bool:
        """Whether there is any that could be asked."""
        return bool(self._connected)

    async def wipe(self, device: EnrolledDevice) -> str:
        """Hand the request to the first that has the device; its name. Raises NoManagementError, LimenError."""
        for one in self._connected:
            if await one.has(device):
                await one.wipe(device)
                return one.name
        raise NoManagementError(
            "no MDM has this device, so nobody can wipe it", "report it lost: what is signed in on it ends at once"
        )
