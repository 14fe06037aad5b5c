"""Beacons in what firewalls tell: from zones to the internet, and to nothing that is stated."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import harbor, host

from limen.clock import HOUR, MINUTE
from limen.events import Event
from limen.network.firewalls.beacons import KIND, BeaconsOfFirewalls
from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.model import INTERNET, Network

NOW = 1_800_000_000_000


def told(source: str, to: str, network: Network | None = None) -> list[Event]:
    """What is said of a connection every five minutes, for a working day."""
    one, ends, network = BeaconsOfFirewalls(), ends_of(source, to), network or harbor()
    assert ends is not None
    flows = [ObservedFlow(at, "", "", *ends, 6, 443) for at in range(NOW, NOW + 9 * HOUR, 5 * MINUTE)]
    return [event for flow in flows if (event := one.take(network, "gw1", flow, flow.at)) is not None]


def test_one_is_told_with_where_it_leads_and_how_often() -> None:
    for source, to in (("10.10.0.7", "45.155.205.9"), ("fd00:10::7", "2a00:1450::9")):
        (event,) = told(source, to)
        assert (event.kind, event.address) == (KIND, source)
        said = event.details
        assert (said["zone"], said["to"], said["port"], said["seconds"]) == ("office", to, 443, 300)
        assert event.at - NOW >= 2 * HOUR - 5 * MINUTE


def test_within_the_company_from_outside_and_to_what_is_stated_is_none() -> None:
    for source, to in (("10.10.0.7", "10.20.0.10"), ("45.155.205.9", "10.20.0.10"), ("192.0.2.1", "45.155.205.9")):
        assert told(source, to) == []
    network = harbor()
    network = replace(network, hosts=(*network.hosts, host("partner", INTERNET, "45.155.205.9")))
    assert told("10.10.0.7", "45.155.205.9", network) == []
