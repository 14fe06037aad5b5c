"""By which names others may speak of the company's devices: what each is called, and its serial number."""

from __future__ import annotations

from typing import Final

from limen.devices.hardware import keys_of
from limen.devices.model import EnrolledDevice, State
from limen.devices.projection import Projection
from limen.pillar import DeviceNames

_LIVE: Final = frozenset({State.ACTIVE, State.QUARANTINED})


def _counts(device: EnrolledDevice) -> bool:
    return device.is_managed and device.state in _LIVE


def names(projection: Projection) -> DeviceNames:
    def all_of_them() -> dict[str, tuple[str, ...]]:
        live = [held.device for held in list(projection.held.values()) if _counts(held.device)]
        return {one.id: tuple(filter(None, (one.name, keys_of(one.hardware)[0]))) for one in live}

    def owners() -> dict[str, str]:
        held = [one.device for one in list(projection.held.values())]
        return {one.id: one.owner_id for one in held if one.state in _LIVE}

    return DeviceNames(all_of_them, owners)
