"""By which names others may speak of devices: of the company's that are in use."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from limen.devices.model import State
from limen.devices.names import names


def test_names_and_serial_numbers_of_devices_in_use() -> None:
    def held(device_id: str, state: State, hardware: str, *, is_managed: bool = True) -> Any:
        said = {"id": device_id, "name": device_id[2:], "state": state, "hardware": hardware, "is_managed": is_managed}
        return SimpleNamespace(device=SimpleNamespace(**said))

    devices = [
        held("d_wren", State.ACTIVE, '{"serial":"C02-XY-17"}'),
        held("d_heron", State.QUARANTINED, "{}"),
        held("d_lost", State.LOST, "{}"),
        held("d_old", State.RETIRED, "{}"),
        held("d_dc01", State.ACTIVE, '{"serial":"of-the-domain-controller"}', is_managed=False),
    ]
    projection: Any = SimpleNamespace(held={one.device.id: one for one in devices})
    assert names(projection).all() == {"d_wren": ("wren", "c02-xy-17"), "d_heron": ("heron",)}
