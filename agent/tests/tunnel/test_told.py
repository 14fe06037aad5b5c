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
BAD_NAMES = (
    "",
    "internal",
    "a b.internal",
    "x.internal'; reboot",
    "../x.internal",
    "~.internal",
    "A.internal",
    "\x1b.internal",
)


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
        {**WAY, "resolvers": ["127.0.0.53"]},
        {**WAY, "resolvers": ["10.99.0.1\nnameserver 192.0.2.66"]},
        {**WAY, "resolvers": ["10.99.0.1"] * 3},
        {**WAY, "resolvers": 1},
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
        {**DOOR, "names": ["erp.harbor.internal"]},
        {**DOOR, "names": {"erp.harbor.internal": ["10.21.0.5"]}},  # where nothing is open
        {**DOOR, "names": {"erp.harbor.internal": ["127.0.0.1"]}},
        {**DOOR, "names": {"erp.harbor.internal": ["erp"]}},
        *({**DOOR, "names": {one: ["10.21.0.4"]}} for one in BAD_NAMES),
        {**DOOR, "names": {f"n{number}.internal": ["10.21.0.4"] for number in range(51)}},
    ],
)
def test_a_door_that_leads_elsewhere_is_refused(said: object) -> None:
    with pytest.raises(UnfitError):
        door(said, END)


def test_no_name_is_taken_that_the_internet_may_have_unless_its_user_says_so() -> None:
    names = {one: ["10.21.0.4"] for one in ("erp.harbor.internal", "nas.home.arpa", "erp.corp.harbor.example")}
    names |= {one: ["10.21.0.4"] for one in ("login.bank.example", "evilinternal.example", "corp.harbor.example")}
    found, chosen = (door({**DOOR, "names": names}, END, domains) for domains in ((), ("corp.harbor.example",)))
    assert found is not None
    assert chosen is not None
    assert set(found.names) == {"erp.harbor.internal", "nas.home.arpa"}
    assert set(found.not_taken) == set(names) - set(found.names)
    assert set(chosen.names) - set(found.names) == {"erp.corp.harbor.example"}


def test_what_says_no_names_has_none() -> None:
    found, opened = way(WAY), door(DOOR, END)
    assert found is not None
    assert opened is not None
    assert (found.resolvers, opened.names, opened.not_taken) == ((), {}, ())
