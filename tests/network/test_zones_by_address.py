"""An address is in the zone that has it, and in the internet where none has."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from tests.network.networks import harbor

from limen.network.zones_by_address import ZonesByAddress

PLACES = ZonesByAddress(harbor())


@pytest.mark.parametrize(
    ("address", "zone", "host", "is_elsewhere"),
    [
        ("10.10.0.0", "office", "", False),
        ("10.10.0.255", "office", "", False),
        ("10.10.1.0", "internet", "", False),
        ("0.0.0.1", "internet", "", False),
        ("10.20.0.10", "servers", "files", False),
        ("fd00:20::10", "servers", "files", False),
        ("fd00:20::11", "servers", "", False),
        ("fd00:40::1", "internet", "", False),
        ("8.8.8.8", "internet", "", True),
        ("2001:4860:4860::8888", "internet", "", True),
    ],
)
def test_where_an_address_is(address: str, zone: str, host: str, is_elsewhere: bool) -> None:
    known = ip_address(address)
    where = (known.version, int(known))
    assert (PLACES.zone_at(*where), PLACES.host_at(*where), PLACES.is_elsewhere(*where)) == (zone, host, is_elsewhere)
