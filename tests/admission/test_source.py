from __future__ import annotations

import pytest

from limen.admission import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "?"),
        ("", "?"),
    ],
)
def test_one_subscriber_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network
