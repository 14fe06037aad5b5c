"""By which interfaces a FortiGate lets in to itself."""

from __future__ import annotations

import pytest
from tests.network.reading.sampled import ICMP, TCP, packet, sample

from limen.network.packets import Rule
from limen.network.reading.fortigate_itself import to_itself
from limen.network.reading.fortigate_words import sections_of
from limen.network.reading.reading import FIREWALL, NotUnderstood


def read(*access: str, more: str = "") -> tuple[list[Rule], list[NotUnderstood]]:
    doubts: list[NotUnderstood] = []
    text = f"config system interface\nedit lan\nset allowaccess {' '.join(access)}\nnext\nend\n{more}"
    return list(to_itself(sections_of(text)[""], doubts)), doubts


def test_the_sample_is_administered_from_the_lan_alone() -> None:
    allows = sample("fortigate.conf").ruleset.allows
    assert allows(packet(f"lan {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 8443))
    assert allows(packet(f"lan {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 22))
    assert not allows(packet(f"lan {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 443))
    assert allows(packet(f"wan1 {FIREWALL}", "9.9.9.9", "203.0.113.2", ICMP, 8))
    assert not allows(packet(f"wan1 {FIREWALL}", "9.9.9.9", "203.0.113.2", TCP, 22))


def test_interfaces_in_a_zone_are_that_zone() -> None:
    rules, _ = read("ssh", more="config system zone\nedit inner\nset interface lan\nnext\nend\n")
    assert {one.from_zone for one in rules} == {"inner"}


@pytest.mark.parametrize(
    ("access", "more"),
    [
        ("frobnicate", ""),
        ("ssh", "config system admin\nedit admin\nset trusthost1 10.10.0.0 255.255.255.0\nnext\nend\n"),
        ("https", "config system global\nset admin-sport x\nend\n"),
    ],
)
def test_what_is_not_understood_is_named_and_open(access: str, more: str) -> None:
    rules, doubts = read(access, more=more)
    assert rules
    assert len(doubts) == 1


def test_an_interface_that_is_down_lets_nobody_in() -> None:
    text = "config system interface\nedit lan\nset status down\nset allowaccess ssh\nnext\nend\n"
    assert list(to_itself(sections_of(text)[""], [])) == []
