from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, strategies as st

from limen.monitor.places import prefixes
from limen.monitor.places.prefixes import read_prefixes


def test_addresses_and_networks_of_both_versions_are_found() -> None:
    read = read_prefixes([b"203.0.113.7", b"198.51.100.0/24 # a relay", b"; nothing", b"", b"2001:db8::/32"])
    held = ("203.0.113.7", "198.51.100.255", "2001:db8:ffff::1")
    assert [ip_address(one) in read for one in held] == [True, True, True]
    assert [ip_address(one) in read for one in ("203.0.113.8", "198.51.101.0", "2001:db9::")] == [False] * 3
    assert (len(read), read.bad_lines) == (3, 0)


@pytest.mark.parametrize(
    "line",
    [b"0.0.0.0/0", b"10.0.0.0/7", b"::/0", b"2000::/3", b"x", b"1.2.3", b"1.2.3.4/33", b"1.2.3.4/-1", b"\xff\x00"],
)
def test_what_is_no_prefix_or_a_continent_is_counted_and_names_nobody(line: bytes) -> None:
    read = read_prefixes([line, b"203.0.113.7"])
    assert (len(read), read.bad_lines) == (1, 1)
    assert ip_address("1.2.3.4") not in read


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MOST", 10)
    with pytest.raises(ValueError, match="10"):
        read_prefixes(b"203.0.113.%d" % number for number in range(11))


@given(
    st.lists(
        st.ip_addresses(v=4).flatmap(lambda one: st.integers(8, 32).map(lambda bits: f"{one}/{bits}")), max_size=20
    ),
    st.ip_addresses(v=4),
)
def test_it_finds_what_ipaddress_finds(written: list[str], address: object) -> None:
    read = read_prefixes(one.encode() for one in written)
    assert (address in read) == any(address in ip_network(one, strict=False) for one in written)
