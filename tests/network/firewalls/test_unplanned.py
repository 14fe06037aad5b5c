"""Unplanned devices are named once a day, by the firewall at the border of their zone, and so many an hour at most."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from tests.network.networks import harbor

from limen.clock import DAY, HOUR, MINUTE
from limen.events import Event
from limen.network.firewalls.unplanned import AT_ONCE, KIND, MOST_COUNTED, Unplanned
from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.model import Firewall

NOW = 1_800_000_000_000
GW1 = Firewall("gw1", "nftables", ("office", "servers", "backup"), "gateway")
GW2 = Firewall("gw2", "nftables", ("office", "finance"), "other")
OF_VAULT = Firewall("vault", "nftables", ("backup",), host="vault")
NETWORK = replace(harbor(), firewalls=(GW1, GW2, OF_VAULT))


def speaks(source: str = "10.60.0.9", to: str = "10.20.0.10") -> ObservedFlow:
    ends = ends_of(source, to)
    assert ends is not None
    return ObservedFlow(NOW, "", "", *ends, 6, 22)


class Told:
    """Unplanned devices as gw1 tells of them, where the laptop with the address 10.60.0.77 is enrolled."""

    def __init__(self) -> None:
        self.of = Unplanned(self._whose)

    def __call__(self, source: str = "10.60.0.9", *, by: str = "gw1", at: int = NOW) -> Event | None:
        flow = speaks(source, "fd00:20::10" if ":" in source else "10.20.0.10")
        return self.of.take(NETWORK, by, {"10.60.0.1"}, flow, at)

    @staticmethod
    def _whose(_family: int, address: int, _at: int) -> tuple[str, str]:
        return ("p_ida", "d_1") if address == int(ip_address("10.60.0.77")) else ("", "")


def test_it_is_named_with_its_zone_and_what_it_spoke_to() -> None:
    event = Told()()
    assert event is not None
    assert (event.kind, event.address) == (KIND, "10.60.0.9")
    assert event.details == {
        "zone": "backup",
        "zone_kind": "backup",
        "firewall": "gw1",
        "hardware": "",
        "spoke_to": "files by ssh",
        "refused": False,
    }


def test_once_a_day_for_each_address() -> None:
    told = Told()
    assert told()
    assert told("10.60.0.10")
    assert not told(at=NOW + DAY - MINUTE)
    list(told.of.ends_of_hours(NOW + DAY))
    assert told(at=NOW + DAY)


def test_hosts_firewalls_and_enrolled_devices_are_not_named() -> None:
    told = Told()
    for source in ("10.60.0.2", "10.60.0.1", "10.60.0.77", "10.10.0.9"):
        assert told(source) is None


def test_a_firewall_accuses_nobody_in_zones_that_it_does_not_guard() -> None:
    told = Told()
    assert told(by="gw2") is None
    assert told("10.21.0.9", by="gw1") is None
    assert told("10.21.0.9", by="gw2")
    for stranger in ("vault", "gone"):
        assert told("10.60.0.11", by=stranger) is None


def test_a_flood_of_forged_addresses_gets_a_number_and_others_are_named() -> None:
    told = Told()
    named = [told(f"fd00:60::{number:x}:1", at=NOW + number) for number in range(1, 3_000)]
    assert sum(one is not None for one in named) == AT_ONCE
    assert told("10.20.0.99", at=NOW + MINUTE)
    assert list(told.of.ends_of_hours(NOW + HOUR - 1)) == []
    (more,) = told.of.ends_of_hours(NOW + HOUR + MINUTE)
    assert (more.address, more.details["zone"], more.details["more"]) == ("", "backup", MOST_COUNTED)
    assert told("fd00:60::beef", at=NOW + HOUR + MINUTE)


def test_a_clock_that_is_set_back_silences_nobody() -> None:
    told = Told()
    assert told()
    assert told(at=NOW - HOUR)
    assert list(told.of.ends_of_hours(NOW - 2 * HOUR)) == []
    assert told("10.60.0.10", at=NOW - 2 * HOUR)
