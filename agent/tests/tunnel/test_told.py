"""What Limen says of a tunnel is taken within bounds alone: this machine's own way to the internet stays."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from limen_agent.tunnel.told import UnfitError, door, way

KEY = base64.b64encode(bytes(range(32))).decode()
WAY = {"key": KEY, "host": "vpn.harbor.example", "port": 51_820, "addresses": ["10.99.0.7", "fd00:99::7"]}
DOOR = {"until": 1_790_000_000, "to": [{"name": "erp", "routes": ["10.21.0.4/32"]}], "services": ["rdp"]}
END = "198.51.100.1"


def leading(*routes: Any) -> dict[str, Any]:
    return {**DOOR, "to": [{"name": "erp", "routes": list(routes)}]}


def test_what_is_right_is_taken() -> None:
    found = way(WAY)
    assert found is not None
    assert (found.key, found.host, found.port, found.addresses) == (
        KEY,
        "vpn.harbor.example",
        51_820,
        ("10.99.0.7", "fd00:99::7"),
    )
    opened = door(DOOR, END)
    assert opened is not None
    assert ([str(one) for one in opened.routes], opened.services) == (["10.21.0.4/32"], ("rdp",))
    assert way(None) is door(None, END) is None


@pytest.mark.parametrize(
    "said",
    [
        *([], "x", 1, {}),
        {**WAY, "key": KEY[:-4]},
        {**WAY, "key": f"{KEY}\nPostUp = reboot"},
        {**WAY, "key": 7},
        {**WAY, "host": "vpn.harbor.example\nAllowedIPs = 0.0.0.0/0"},
        {**WAY, "host": "-x"},
        {**WAY, "port": 0},
        {**WAY, "port": "51820"},
        {**WAY, "addresses": []},
        {**WAY, "addresses": ["127.0.0.1"]},
        {**WAY, "addresses": ["10.99.0.7"] * 3},
        {**WAY, "addresses": ["10.99.0.7 dev eth0"]},
    ],
)
def test_another_way_is_refused(said: object) -> None:
    with pytest.raises(UnfitError):
        way(said)


@pytest.mark.parametrize(
    "said",
    [
        *([], "x", {}),
        leading("0.0.0.0/0"),
        leading("0.0.0.0/1", "128.0.0.0/1"),
        leading("::/0"),
        leading("2000::/3"),
        leading("127.0.0.0/8"),
        leading("127.0.0.1/32"),
        leading("169.254.0.0/16"),
        leading("fe80::/64"),
        leading("224.0.0.0/8"),
        leading("198.51.100.0/24"),
        leading("10.0.0.1/24"),
        leading("10.21.0.4; reboot"),
        leading(*(f"10.21.{number}.0/24" for number in range(101))),
        {**DOOR, "to": [{"name": f"n{number}", "routes": []} for number in range(51)]},
        {**DOOR, "to": [{"name": "\x1b[2J", "routes": []}]},
        {**DOOR, "until": "never"},
    ],
)
def test_a_door_that_leads_elsewhere_is_refused(said: object) -> None:
    with pytest.raises(UnfitError):
        door(said, END)
