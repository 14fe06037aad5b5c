"""Which device had an address then: by what Limen saw itself, and by nothing that many share."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED

from limen.clock import HOUR, MINUTE
from limen.monitor.normal_form.device_addresses import COUNTS_FOR, MOST_ADDRESSES, MOST_STAYS, DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent

DESK = "192.168.1.50"


def seen(addresses: DeviceAddresses, device: str, address: str = DESK, at: int = RECEIVED) -> None:
    addresses.note(NormalEvent(uid="u", at=at, received_at=at, source="limen", device_id=device, src_ip=address))


def test_it_was_there_while_it_was_seen_and_a_little_around() -> None:
    addresses = DeviceAddresses()
    seen(addresses, "d_wren")
    seen(addresses, "d_wren", at=RECEIVED + 20 * MINUTE)
    at = [RECEIVED - HOUR, RECEIVED - COUNTS_FOR, RECEIVED + 10 * MINUTE, RECEIVED + 20 * MINUTE + COUNTS_FOR + 1]
    assert [addresses.device_at(DESK, one) for one in at] == ["", "d_wren", "d_wren", ""]


def test_of_two_at_one_time_it_was_neither_and_of_two_at_two_times_each() -> None:
    addresses = DeviceAddresses()
    seen(addresses, "d_wren")
    seen(addresses, "d_heron", at=RECEIVED + 5 * HOUR)
    assert [addresses.device_at(DESK, RECEIVED + hours * HOUR) for hours in (0, 2, 5)] == ["d_wren", "", "d_heron"]
    seen(addresses, "d_heron", at=RECEIVED)
    assert addresses.device_at(DESK, RECEIVED) == ""


@pytest.mark.parametrize(
    ("address", "device"),
    [("10.0.0.7", "d_wren"), ("2001:db8::7", "d_wren"), ("8.8.8.8", ""), ("127.0.0.1", ""), ("::1", ""), ("x", "")],
)
def test_what_many_may_share_tells_nobody(address: str, device: str) -> None:
    addresses = DeviceAddresses()
    seen(addresses, "d_wren", address)
    assert addresses.device_at(address, RECEIVED) == device


def test_memory_is_bounded() -> None:
    addresses = DeviceAddresses()
    for number in range(MOST_ADDRESSES + 50):
        seen(addresses, "d_wren", f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    for number in range(50):
        seen(addresses, f"d_{number}")
    assert len(addresses._stays) == MOST_ADDRESSES
    assert len(addresses._stays[DESK]) == MOST_STAYS
