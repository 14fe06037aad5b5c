"""The record of a connection, and its ends."""

from __future__ import annotations

import pytest

from limen.network.learning.flows import Ends, ends_of
from limen.network.packets import address_of


def test_ends_are_numbers_of_one_family() -> None:
    assert ends_of("10.0.0.1", "10.0.0.2") == Ends(4, 0x0A00_0001, 0x0A00_0002)
    assert ends_of("::1", "fd00::1") == Ends(6, 1, (0xFD00 << 112) + 1)
    assert ends_of("10.0.0.1", "::1") is None
    assert ends_of("", "10.0.0.1") is None
    assert str(address_of(6, 1)) == "::1"


@pytest.mark.parametrize(
    ("destination", "is_routed"),
    [("10.0.0.2", True), ("224.0.0.1", False), ("255.255.255.255", False), ("169.254.0.1", False)],
)
def test_what_stays_on_its_link_is_not_routed(destination: str, is_routed: bool) -> None:
    ends = ends_of("10.0.0.1", destination)
    assert ends is not None
    assert ends.is_routed is is_routed
