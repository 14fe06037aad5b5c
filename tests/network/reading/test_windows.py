"""The firewall of Windows read: blocks win, whatever the order, and what a rule is bound to is named."""

from __future__ import annotations

import pytest
from tests.network.reading.sampled import ICMP, TCP, UDP, doubted, packet, sample

from limen.network.reading.reading import Errs
from limen.network.reading.windows import Machine, read_windows

IN, OUT = "other firewall", "firewall other"
OFFICE, OWN = "10.10.0.7", "10.20.0.10"
ADD = "netsh advfirewall firewall add rule name=x "


def lets(text: str, way: str, protocol: int = TCP, port: int = 443, source: str = OFFICE) -> bool:
    return read_windows(text).ruleset.allows(packet(way, source, OWN, protocol, port))


def test_the_sample_is_read() -> None:
    of = sample("windows.txt")
    allows = of.ruleset.allows
    assert of.kind == "windows"
    assert allows(packet(IN, "10.10.0.8", OWN, TCP, 3389))
    assert not allows(packet(IN, "10.10.0.10", OWN, TCP, 3389))
    assert allows(packet(IN, "10.10.0.10", OWN, TCP, 139))
    assert not allows(packet(IN, "10.10.0.66", OWN, TCP, 445))
    assert allows(packet(IN, OFFICE, OWN, ICMP, 8))
    assert not allows(packet(IN, OFFICE, OWN, ICMP, 0))
    assert not allows(packet(IN, OFFICE, OWN, UDP, 137))
    assert allows(packet(OUT, OWN, OFFICE, UDP, 137))
    assert doubted(of) == {"Remote Desktop - User Mode (TCP-In)", "Echo"}


def test_blocks_win_and_what_bypasses_wins_over_them() -> None:
    allow, block = ADD + "dir=in action=allow\n", ADD + "dir=in action=block protocol=tcp localport=443\n"
    assert not lets(allow + block, IN)
    assert lets(allow + block, IN, UDP)
    assert lets(allow + block + ADD + "dir=in action=bypass protocol=tcp\n", IN)


def test_ports_of_this_machine_and_of_the_other() -> None:
    near = ADD + "dir=in action=allow protocol=tcp localport=443,8000-8010\n"
    assert lets(near, IN, port=8_005)
    assert not lets(near, IN, port=8_011)
    text = ADD + "dir=out action=block protocol=udp remoteport=53\n"
    assert not lets(text, OUT, UDP, 53)
    assert lets(text, OUT, UDP, 54)


def test_what_no_rule_fits_goes_by_the_profile() -> None:
    rule = ADD + "dir=in action=allow enable=no\n"
    assert not lets(rule, IN)
    assert lets(rule, OUT)
    closed = rule + "netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound\n"
    assert not lets(closed, OUT)
    opened = rule + "netsh advfirewall set allprofiles firewallpolicy allowinbound,allowoutbound"
    assert lets(opened, IN)
    off = closed + "netsh advfirewall set allprofiles state off\n"
    assert lets(off, IN)


@pytest.mark.parametrize(
    "said",
    [
        r'program="C:\a b\c.exe"',
        "service=x",
        "profile=domain",
        "remoteip=LocalSubnet",
        "protocol=tcp localport=RPC",
        "localport=80",
        "protocol=frobnicate",
        "security=authenticate",
        "interfacetype=wireless",
        "rmtusrgrp=x",
        "protocol=icmpv4:3,4",
        "enable=perhaps",
    ],
)
def test_what_a_rule_is_bound_to_is_named(said: str) -> None:
    text = ADD + f"dir=in action=allow {said}\n"
    assert read_windows(text).errs is Errs.TOO_OPEN
    assert len(read_windows(text).ruleset.rules) > 4
    assert len(read_windows(text.replace("allow", "block")).ruleset.rules) == 4


def test_a_rule_that_is_none_is_named() -> None:
    assert read_windows(ADD + "dir=sideways action=allow\n").errs is Errs.EITHER
    assert read_windows(ADD + "dir=in action=perhaps\n").errs is Errs.EITHER


def test_between_zones_a_machine_is_not_told_of_itself() -> None:
    machine = Machine("servers", ((4, (5, 5)),), {"servers": [(4, (0, 9))], "office": [(4, (20, 29))]})
    inward = machine.ways[4, True]
    assert [(zone, box.source, box.destination) for zone, box in inward] == [
        ("servers", (0, 4), (5, 5)),
        ("servers", (6, 9), (5, 5)),
        ("office", (20, 29), (5, 5)),
    ]
    of = read_windows(ADD + "dir=in action=allow remoteip=0.0.0.20\n", machine=machine).ruleset
    assert of.allows(packet("office servers", "0.0.0.20", "0.0.0.5", TCP, 1))
    assert not of.allows(packet("office servers", "0.0.0.21", "0.0.0.5", TCP, 1))
    assert of.allows(packet("servers office", "0.0.0.5", "0.0.0.21", TCP, 1))
