"""Access lists of an ASA and of IOS read: at which interface they stand, and what stands there without one."""

from __future__ import annotations

import pytest
from tests.network.reading.sampled import ICMP, ICMPV6, TCP, UDP, doubted, packet, sample

from limen.network.packets import Packet
from limen.network.reading.cisco import read_cisco
from limen.network.reading.reading import Errs, UnreadableError
from limen.network.reading.stages import Known

OFFICE, FILES, OUTSIDE = "10.10.0.7", "10.20.0.10", "8.8.8.8"
WAN, LAN, SERVERS = "GigabitEthernet0/0/0", "GigabitEthernet0/0/1.10", "GigabitEthernet0/0/1.20"


def asa(*lines: str) -> str:
    leg = "interface G{}\n nameif {}\n security-level {}\n ip address 10.{}.0.1 255.255.255.0\n"
    legs = [leg.format(number, *one) for number, one in enumerate((("in", 100, 10), ("dmz", 50, 20), ("cam", 50, 50)))]
    return "".join(legs) + "\n".join(["access-list a extended permit tcp any any eq 443", *lines])


def allows(text: str, way: str, protocol: int = TCP, port: int = 443) -> bool:
    return read_cisco(text).ruleset.allows(packet(way, OFFICE, FILES, protocol, port))


def test_the_sample_of_an_asa() -> None:
    of = sample("asa.conf")
    lets = of.ruleset.allows
    assert (of.kind, of.ruleset.zones) == ("cisco", ("outside", "inside", "dmz", "cameras", "firewall"))
    assert lets(packet("outside dmz", OUTSIDE, FILES, TCP, 8_081))
    assert not lets(packet("outside dmz", OUTSIDE, FILES, TCP, 80))
    assert not lets(packet("outside dmz", OUTSIDE, "10.20.0.100", TCP, 60_000))
    assert lets(packet("outside dmz", OUTSIDE, "10.20.0.50", UDP, 60_000))
    assert not lets(packet("outside dmz", OUTSIDE, "10.20.0.11", TCP, 80))
    assert lets(packet("dmz inside", FILES, OFFICE, TCP, 9_001))
    assert lets(packet("dmz inside", FILES, OFFICE, ICMP, 8))
    assert not lets(packet("dmz inside", FILES, OFFICE, ICMP, 0))
    assert lets(packet("dmz inside", FILES, OUTSIDE, TCP, 26, 1_000))
    assert not lets(packet("dmz inside", FILES, OUTSIDE, TCP, 25, 1_000))
    assert lets(packet("dmz inside", "fd00:20::1", "fd00:20::10", ICMPV6, 128))
    assert doubted(of) == {"from-outside:59", "from-outside:60", "from-dmz:64"}


def test_the_sample_of_a_router() -> None:
    of = sample("ios.conf")
    lets = of.ruleset.allows
    assert of.ruleset.zones == (WAN, LAN, SERVERS)
    assert lets(packet(f"{WAN} {LAN}", OUTSIDE, FILES, TCP, 8_080))
    assert not lets(packet(f"{WAN} {LAN}", OUTSIDE, OFFICE, TCP, 8_080))
    assert lets(packet(f"{WAN} {LAN}", OUTSIDE, "10.20.0.9", TCP, 8_443))
    assert not lets(packet(f"{WAN} {SERVERS}", OUTSIDE, "10.20.0.9", TCP, 8_443))
    assert lets(packet(f"{WAN} {SERVERS}", OUTSIDE, FILES, TCP, 8_080))
    assert lets(packet(f"{LAN} {SERVERS}", OFFICE, FILES, ICMP, 8))
    assert not lets(packet(f"{LAN} {SERVERS}", OFFICE, FILES, UDP, 443))
    assert lets(packet(f"{SERVERS} {LAN}", FILES, OFFICE, UDP, 443))
    assert lets(packet(f"{WAN} {LAN}", "2001:db8::1", "fd00:20::10", TCP, 443))
    assert not lets(packet(f"{WAN} {LAN}", "2001:db8::1", "fd00:20::10", TCP, 22))
    assert lets(packet(f"{LAN} {WAN}", "2001:db8::1", "fd00:20::10", TCP, 22))
    assert doubted(of) == {"FROM-OUTSIDE:28"}


def test_an_asa_without_a_list_goes_by_levels() -> None:
    assert allows(asa(), "in dmz", UDP)
    assert not allows(asa(), "dmz in")
    assert not allows(asa(), "dmz cam")
    assert allows(asa("same-security-traffic permit inter-interface"), "dmz cam", UDP)
    assert not allows(asa(), "in in")
    assert allows(asa("same-security-traffic permit intra-interface"), "in in", UDP)


def test_a_list_does_not_open_what_levels_close_as_a_whole() -> None:
    text = asa("access-group a in interface dmz")
    assert allows(text, "dmz in")
    assert not allows(text, "dmz in", UDP)
    assert not allows(text, "dmz cam")


def test_a_list_for_all_interfaces_stands_behind_the_others() -> None:
    text = asa("access-list g extended permit udp any any", "access-group g global", "access-group a in interface dmz")
    assert allows(text, "dmz in", UDP)
    assert allows(text, "in dmz", UDP)
    assert not allows(text, "in dmz")


def test_a_list_on_the_way_out_has_to_agree() -> None:
    text = asa("access-group a out interface dmz")
    assert allows(text, "in dmz")
    assert not allows(text, "in dmz", UDP)


def test_lists_alone_are_read_each_as_an_interface() -> None:
    reading = read_cisco("ip access-list extended X\n permit tcp any any eq 443\n")
    assert reading.ruleset.zones == ("X", "other")
    assert reading.ruleset.allows(packet("X other", OFFICE, FILES, TCP, 443))
    assert not reading.ruleset.allows(packet("other X", OFFICE, FILES, TCP, 443))
    assert reading.ruleset.allows(packet("X other", "fd00::1", "fd00::2", TCP, 22))


@pytest.mark.parametrize(
    "line",
    [
        "access-group b in interface dmz",
        "nat (in,dmz) source static x y destination static z z",
        "access-group a in interface in control-plane",
        "access-list a extended " + "permit " * 700,
        "access-list a webtype permit url any",
    ],
)
def test_what_is_not_read_is_named(line: str) -> None:
    assert read_cisco(asa(line)).errs is Errs.EITHER


def test_a_file_without_a_list_is_no_sign_of_safety() -> None:
    with pytest.raises(UnreadableError):
        read_cisco("interface G0\n nameif in\n")


def test_an_interface_that_the_file_has_not_lets_nothing_through() -> None:
    every = (0, (1 << 32) - 1)
    places = {"office": [(4, every)], "servers": [(4, every)]}
    known = Known({"dmz": [("office", 4, every)], "gone": [("servers", 4, every)]}, places)
    reading = read_cisco(asa("access-group a in interface dmz"), known=known)
    assert not reading.ruleset.allows(Packet("office", "servers", 4, 1, 2, TCP, 443, 9))
    assert not reading.ruleset.allows(Packet("servers", "office", 4, 1, 2, TCP, 443, 9))
