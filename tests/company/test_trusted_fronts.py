from __future__ import annotations

from ipaddress import ip_network

import pytest

from limen.company.trusted_fronts import is_open, is_wide, proxy_complaints, told
from limen.settings import Settings


def trusting(*networks: str) -> Settings:
    return Settings.model_validate(
        {"name": "A", "domain": "a.example", "listen": {"trusted_proxies": [ip_network(one) for one in networks]}}
    )


@pytest.mark.parametrize(
    "networks",
    [("0.0.0.0/0",), ("::/0",), ("0.0.0.0/1", "128.0.0.0/1"), ("64.0.0.0/3",), ("2000::/3",), ("::/1", "8000::/1")],
)
def test_whoever_trusts_everybody_is_refused(networks: tuple[str, ...]) -> None:
    found = list(proxy_complaints(trusting(*networks)))
    assert [path for path, _, _ in found] == [("listen", "trusted_proxies", place) for place in range(len(networks))]


@pytest.mark.parametrize(
    "networks", [(), ("127.0.0.0/8",), ("10.0.0.0/8",), ("10.0.0.2/32", "fd00::/64"), ("fc00::/16",)]
)
def test_networks_of_ones_own_are_taken(networks: tuple[str, ...]) -> None:
    assert list(proxy_complaints(trusting(*networks))) == []


@pytest.mark.parametrize(
    ("network", "wide", "strangers"),
    [
        ("10.0.0.2/32", False, False),
        ("127.0.0.0/8", False, False),
        ("10.0.0.0/8", True, False),
        ("203.0.112.0/20", True, True),
        ("0.0.0.0/0", True, True),
        ("::/0", True, True),
        ("fd00::/64", False, False),
    ],
)
def test_how_wide_a_network_is(network: str, wide: bool, strangers: bool) -> None:
    assert (is_wide(ip_network(network)), is_open(ip_network(network))) == (wide, strangers)
    assert len(told(trusting(network))) == int(wide)
