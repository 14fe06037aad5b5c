"""Addresses as people write them: read, refused, and held against each other."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given, strategies as st

from limen.network.addresses import (
    Placed,
    UnfitError,
    ZonesOfAddresses,
    address_of,
    is_dns_name,
    overlapping,
    prefix_of,
)


def test_prefixes_and_addresses_are_read_in_both_families() -> None:
    assert prefix_of("10.10.0.0/24") == ip_network("10.10.0.0/24")
    assert prefix_of("fd00:10:0:0::/64") == ip_network("fd00:10::/64")
    assert address_of("10.20.0.5") == ip_network("10.20.0.5/32")
    assert address_of("fd00:20::5/128") == ip_network("fd00:20::5/128")


@pytest.mark.parametrize(
    "written",
    [
        *("", "office", "10.10.0.0/33", "10.10.0.0/-1", "10.10.0.0/255.255.255.0", "10.10.0.0/0.0.0.255", "1.2.3"),
        *("10.10.0.7/24", "fd00::1/64", "fe80::1%eth0/64", "fe80::/64", "::1/128", "127.0.0.0/8", "224.0.0.0/8"),
        *("0.0.0.0/0", "::/0", "10.0.0.0/7", "fc00::/7", "::ffff:10.10.0.0/120", "169.254.7.0/24", "010.1.1.0/24"),
        *("10.10.0.0/24 ", "１0.10.0.0/24", "files.harbor.example", "240.0.0.0/8"),
    ],
)
def test_what_no_zone_has_for_itself_is_refused(written: str) -> None:
    with pytest.raises(UnfitError):
        prefix_of(written)


@pytest.mark.parametrize("written", ["10.20.0.0/24", "fd00::/64", "files.harbor.example", "10.20.0.5/24"])
def test_a_host_has_single_addresses(written: str) -> None:
    with pytest.raises(UnfitError):
        address_of(written)


def test_a_network_that_was_meant_is_offered() -> None:
    with pytest.raises(UnfitError) as refused:
        prefix_of("10.10.0.7/24")
    assert "10.10.0.0/24" in refused.value.fix


def test_names_of_dns_are_told_from_others() -> None:
    assert all(map(is_dns_name, ("files.harbor.example", "a.b", "files.lan.")))
    assert not any(map(is_dns_name, ("files", "10.20.0.5", "fd00::5", "10.20.0.0/24", "")))


_prefixes = st.one_of(
    st.tuples(st.integers(0, 255), st.integers(24, 32)).map(lambda it: f"10.0.0.{it[0]}/{it[1]}"),
    st.tuples(st.integers(0, 255), st.integers(120, 128)).map(lambda it: f"fd00::{it[0]:x}/{it[1]}"),
).map(lambda one: ip_network(one, strict=False))


@given(st.lists(_prefixes, max_size=12))
def test_whatever_shares_an_address_with_another_is_found(prefixes: list[object]) -> None:
    placed = [Placed(one, str(number), (number,)) for number, one in enumerate(prefixes)]  # type: ignore[arg-type]
    found = list(overlapping(placed))
    assert all(inner.prefix.overlaps(outer.prefix) for inner, outer in found)  # type: ignore[arg-type]
    shares = {
        one.owner
        for one in placed
        for other in placed
        if one.owner != other.owner and one.prefix.version == other.prefix.version and one.prefix.overlaps(other.prefix)  # type: ignore[arg-type]
    }
    assert {one.owner for pair in found for one in pair} <= shares
    assert bool(found) == bool(shares)


def test_an_address_is_in_the_zone_whose_prefix_holds_it() -> None:
    zones = ZonesOfAddresses(
        [
            Placed(prefix_of("10.10.0.0/24"), "office", ()),
            Placed(prefix_of("10.20.0.0/16"), "servers", ()),
            Placed(prefix_of("fd00:20::/64"), "servers", ()),
        ]
    )
    asked = ("10.10.0.9", "10.20.7.1", "10.30.0.1", "fd00:20::1", "fd00:21::1")
    assert [zones.of(address_of(one)) for one in asked] == ["office", "servers", "", "servers", ""]
