"""What speaks in zones whose hosts are stated and is none of them, and what of that is no surprise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from tests.network.learning.seen import AT, contact, tally
from tests.network.networks import harbor, host, zone

from limen.network.learning.unplanned import (
    MOST_SPOKEN_TO,
    NAMED_KINDS,
    StatedHosts,
    hardware_of,
    unplanned_devices,
)
from limen.network.model import KINDS
from limen.network.shapes import NAME

STRANGER = "10.60.0.9"


def test_an_address_that_nobody_stated_is_named_with_what_it_spoke_to() -> None:
    seen = {
        contact(STRANGER, "10.20.0.10", 443): tally(7),
        contact(STRANGER, "1.1.1.1", 853): tally(2, refused=2),
        contact("10.60.0.2", "10.20.0.10", 22): tally(),
    }
    (one,) = unplanned_devices(harbor(), seen)
    assert (one.zone, one.address, one.hardware, one.connections, one.refused) == ("backup", STRANGER, "", 9, 2)
    assert one.spoke_to == ("files by https", "internet by tcp/853")
    assert (one.first_at, one.last_at, one.more) == (AT, AT + 60_000, 0)


def test_where_devices_come_and_go_nothing_is_named() -> None:
    for source in ("10.10.0.9", "10.40.0.9", "192.0.2.1"):
        assert unplanned_devices(harbor(), {contact(source, "10.20.0.10"): tally()}) == ()


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_only_zones_of_kinds_where_each_machine_has_a_purpose_are_looked_at(kind: str) -> None:
    network = harbor()
    network = replace(network, zones=(zone("here", kind, 70),), hosts=(host("one", "here", "10.70.0.1"),))
    assert bool(unplanned_devices(network, {contact("10.70.0.9", "10.70.0.1"): tally()})) is (kind in NAMED_KINDS)


def test_where_nobody_began_to_state_hosts_nothing_is_named() -> None:
    network = replace(harbor(), hosts=())
    assert unplanned_devices(network, {contact(STRANGER, "10.20.0.10"): tally()}) == ()


def test_what_an_enrolled_device_spoke_from_is_its_own_and_who_signed_in_is_told() -> None:
    of_device = {contact(STRANGER, "10.20.0.10")._replace(device_id="d_1"): tally()}
    assert unplanned_devices(harbor(), {**of_device, contact(STRANGER, "1.1.1.1"): tally()}) == ()
    (one,) = unplanned_devices(harbor(), {contact(STRANGER, "10.20.0.10", person="p_ida"): tally()})
    assert one.person_ids == ("p_ida",)


def test_of_much_that_it_spoke_to_the_most_frequent_is_named_and_the_rest_counted() -> None:
    seen = {contact(STRANGER, "10.20.0.10", 8_000 + port): tally(port) for port in range(1, 12)}
    (one,) = unplanned_devices(harbor(), seen)
    assert (one.spoke_to[0], len(one.spoke_to), one.more) == ("files by tcp/8011", MOST_SPOKEN_TO, 6)


@given(st.integers(0, 255), st.sampled_from(["10.20.0", "10.21.0", "10.60.0"]))
def test_each_address_of_a_zone_is_stated_or_unplanned(last: int, prefix: str) -> None:
    network, address = harbor(), f"{prefix}.{last}"
    stated = {str(one.network_address) for each in network.hosts for one in each.addresses}
    found = contact(address, "10.10.0.7")
    assert bool(StatedHosts(network).zone_of_unplanned(4, found.source)) is (address not in stated)


@given(st.binary(min_size=6, max_size=6))
def test_a_hardware_address_is_read_back_from_the_ipv6_address_made_from_it(mac: bytes) -> None:
    end = bytes([mac[0] ^ 2, *mac[1:3], 0xFF, 0xFE, *mac[3:]])
    assert hardware_of(6, int.from_bytes(bytes(8) + end)) == mac.hex(":")


def test_other_addresses_tell_no_hardware() -> None:
    assert hardware_of(6, 0xFD00 << 112 | 9) == ""
    assert hardware_of(4, 0xFFFE << 24) == ""


@pytest.mark.parametrize(
    ("address", "to"), [("10.60.0.9", "10.20.0.10"), ("fd00:60::211:22ff:fe33:4455", "fd00:20::10")]
)
@pytest.mark.parametrize("name", ["backup", f"b{'a' * 38}c", f"b{'-' * 38}c"])
def test_what_it_could_be_called_is_a_name_of_network_yaml(address: str, to: str, name: str) -> None:
    network = harbor()
    zones = tuple(replace(one, name=name) if one.name == "backup" else one for one in network.zones)
    network = replace(network, zones=zones, hosts=(host("vault", name, "10.60.0.2"),))
    (one,) = unplanned_devices(network, {contact(address, to): tally()})
    assert NAME.fullmatch(one.host_name), one.host_name
