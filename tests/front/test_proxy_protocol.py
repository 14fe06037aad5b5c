from __future__ import annotations

import pytest

from limen.front.proxy_protocol import header


def test_an_ipv4_connection_is_said_as_the_specification_writes_it() -> None:
    said = header(("192.0.2.1", 50_000), ("198.51.100.2", 443))
    assert said.hex() == "0d0a0d0a000d0a515549540a" + "2111000c" + "c0000201" + "c6336402" + "c350" + "01bb"


def test_an_ipv6_connection_is_said_without_the_zone_of_this_machine() -> None:
    said = header(("fe80::1%eth0", 1), ("::1", 2))
    assert said[12:16].hex() == "21210024"
    assert said[16:32].hex() == "fe800000000000000000000000000001"
    assert len(said) == 16 + 36


def test_ends_of_two_families_are_none_of_a_connection() -> None:
    with pytest.raises(ValueError, match="family"):
        header(("192.0.2.1", 1), ("::1", 2))
