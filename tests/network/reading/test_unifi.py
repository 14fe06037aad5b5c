"""Policies of UniFi Network read: their order, and what each says."""

from __future__ import annotations

from typing import Any

from limen.network.packets import Packet
from limen.network.reading.unifi import read_unifi

ZONES = [{"id": "a", "name": "Internal"}, {"id": "b", "name": "External"}]
SSH = Packet("Internal", "External", 4, 0x0A0A0001, 0x08080808, 6, 22)


def policy(action: str = "ALLOW", *, source: Any = None, destination: Any = None, **more: Any) -> dict[str, Any]:
    sides = {"source": {"zoneId": "a", **(source or {})}, "destination": {"zoneId": "b", **(destination or {})}}
    return {"name": action, "action": {"type": action}, **sides, **more}


def allows(packet: Packet, *policies: dict[str, Any]) -> bool:
    return read_unifi({"zones": ZONES, "policies": list(policies)}).ruleset.allows(packet)


def test_the_first_that_fits_decides_between_its_two_zones() -> None:
    assert allows(SSH, policy(), policy("BLOCK"))
    assert not allows(SSH, policy("REJECT"), policy())
    assert not allows(SSH._replace(from_zone="External", to_zone="Internal"), policy())
    assert not allows(SSH, policy(enabled=False))


def test_policies_for_what_is_open_already_say_nothing_of_new_connections() -> None:
    assert not allows(SSH, policy(connectionStateFilter=["ESTABLISHED", "RELATED"]))
    assert allows(SSH, policy("BLOCK", connectionStateFilter=["INVALID"]), policy(connectionStateFilter=["NEW"]))


def test_addresses_ports_protocols_and_families() -> None:
    inside = {"ipAddressFilter": {"items": [{"type": "SUBNET", "value": "10.10.0.0/24"}]}}
    ports = {"portFilter": {"items": [{"type": "PORT_NUMBER_RANGE", "start": 20, "stop": 25}]}}
    one = policy(source={"trafficFilter": inside}, destination={"trafficFilter": ports})
    assert allows(SSH, one)
    assert allows(SSH._replace(protocol=17), one)
    assert not allows(SSH._replace(protocol=50, port=0), one)
    assert not allows(SSH._replace(source=0x0A0B0001), one)
    assert not allows(SSH._replace(port=26), one)
    scope = {"ipVersion": "IPV4", "protocolFilter": {"type": "NAMED_PROTOCOL", "protocol": {"name": "UDP"}}}
    assert not allows(SSH, policy(ipProtocolScope=scope))
    assert allows(SSH._replace(protocol=17), policy(ipProtocolScope=scope))
    assert not allows(SSH._replace(protocol=17, family=6), policy(ipProtocolScope=scope))
