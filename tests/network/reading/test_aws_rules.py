"""Protocols, ports and types of AWS."""

from __future__ import annotations

from typing import Any

import pytest

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Interval
from limen.network.reading.aws_rules import acl_service_of, service_of


@pytest.mark.parametrize(
    ("said", "protocol", "ports", "doubts"),
    [
        ({"IpProtocol": "-1", "FromPort": 5, "ToPort": 5}, ANY_PROTOCOL, ANY_PORT, 0),
        ({"IpProtocol": "tcp", "FromPort": 5, "ToPort": 9}, (6, 6), (5, 9), 0),
        ({"IpProtocol": "17"}, (17, 17), ANY_PORT, 0),
        ({"IpProtocol": "50", "FromPort": 5, "ToPort": 9}, (50, 50), ANY_PORT, 0),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, (1, 1), (8, 8), 0),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, (1, 1), ANY_PORT, 0),
        ({"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4}, (1, 1), (3, 3), 1),
        ({"IpProtocol": "256"}, ANY_PROTOCOL, ANY_PORT, 1),
        ({"IpProtocol": "tcp", "FromPort": 9, "ToPort": 5}, (6, 6), ANY_PORT, 1),
    ],
)
def test_of_a_group(said: dict[str, Any], protocol: Interval, ports: Interval, doubts: int) -> None:
    told: list[str] = []
    assert service_of(said, told.append) == (protocol, ports)
    assert len(told) == doubts


@pytest.mark.parametrize(
    ("said", "ports", "doubts"),
    [
        ({"Protocol": "6", "PortRange": {"From": 5, "To": 9}}, (5, 9), 0),
        ({"Protocol": "6"}, ANY_PORT, 0),
        ({"Protocol": "1", "IcmpTypeCode": {"Type": 8, "Code": -1}}, (8, 8), 0),
        ({"Protocol": "1", "IcmpTypeCode": {"Type": 3, "Code": 4}}, (3, 3), 1),
    ],
)
def test_of_an_acl(said: dict[str, Any], ports: Interval, doubts: int) -> None:
    told: list[str] = []
    assert acl_service_of(said, told.append)[1] == ports
    assert len(told) == doubts
