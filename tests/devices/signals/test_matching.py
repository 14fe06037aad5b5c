"""Which device is meant: what is surest counts first, and where nobody can say, nobody is blamed."""

from __future__ import annotations

import json

import pytest
from tests.devices.seen import NOW

from limen.clock import HOUR
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Posture, State
from limen.devices.signals.matching import ADDRESS_COUNTS_FOR, Known
from limen.devices.signals.model import Named


def device(
    name: str,
    *,
    serial: str = "",
    address: str = "",
    is_managed: bool = True,
    state: State = State.ACTIVE,
    id_: str = "",
) -> Held:
    hardware = json.dumps({"serial": serial} if serial else {})
    one = EnrolledDevice(
        id_ or f"d_{name}", "p", name, Platform.LINUX, KeyStorage.FILE, is_managed, NOW, state=state, hardware=hardware
    )
    return Held(one, Posture(at=NOW, address=address), {})


def known(*devices: Held) -> Known:
    return Known({one.device.id: one for one in devices})


KNOWN = known(
    device("wren", serial="PF3XWREN", address="192.0.2.1"),
    device("Heron", serial="None", address="192.0.2.2"),
    device("heron", serial="none", address="192.0.2.2", is_managed=False, id_="d_private"),
    device("owl", address="192.0.2.3", state=State.QUARANTINED),
    device("lark", address="192.0.2.4", state=State.LOST),
    device("twin", id_="d_1"),
    device("twin", id_="d_2"),
)


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        (Named(id="d_wren", name="heron"), ["d_wren"]),
        (Named(serial=" pf3xwren ", name="heron"), ["d_wren"]),
        (Named(serial="None", name="wren"), ["d_wren"]),
        (Named(serial="PF-3X WREN", name="heron"), ["d_Heron", "d_private"]),
        (Named(serial="123456789", name="wren"), ["d_wren"]),
        (Named(name="WREN.harbor.example"), ["d_wren"]),
        (Named(name="heron"), ["d_Heron", "d_private"]),
        (Named(name="twin"), ["d_1", "d_2"]),
        (Named(name="owl"), ["d_owl"]),
        (Named(name="lark"), []),
        (Named(name="nobody", addresses=("192.0.2.1",)), []),
        (Named(addresses=("192.0.2.1",)), ["d_wren"]),
        (Named(addresses=("198.51.100.1", "192.0.2.3")), ["d_owl"]),
        (Named(addresses=("192.0.2.2", "192.0.2.1")), []),
        (Named(addresses=("",)), []),
        (Named(), []),
    ],
)
def test_what_is_surest_counts_first(named: Named, meant: list[str]) -> None:
    assert [one.id for one in KNOWN.meant(named, NOW)] == meant


def test_an_address_counts_near_the_report_that_came_from_it() -> None:
    there = Named(addresses=("192.0.2.1",))
    found = [bool(KNOWN.meant(there, NOW + after)) for after in (-2 * HOUR, -HOUR, ADDRESS_COUNTS_FOR, HOUR + 1)]
    assert found == [False, True, True, False]


def test_hardware_that_can_not_be_read_names_nothing() -> None:
    one = device("wren")
    odd = [Held(EnrolledDevice(**{**_plain(one), "hardware": text}), one.posture, {}) for text in ("", "[]", "{", "7")]
    assert all(known(each).meant(Named(serial="PF3XWREN"), NOW) == [] for each in odd)


def _plain(one: Held) -> dict[str, object]:
    return {name: getattr(one.device, name) for name in EnrolledDevice.__slots__}
