"""One rule of iptables, word by word. What the kernel makes of whole files: test_iptables_and_the_kernel.py."""

from __future__ import annotations

import pytest

from limen.network.packets import ANY_PORT, Box
from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.iptables_options import Interfaces
from limen.network.reading.iptables_rule import read_rule

_EVERY = (0, LAST_ADDRESS[4])


def test_a_whole_line() -> None:
    line = read_rule('-A fwd ! -i lan+ -o wan0 -p tcp -m tcp --dport 80:90 -m comment --comment "a \\"b\\"" -g sub', 4)
    assert (line.chain, line.target, line.goes, line.doubts) == ("fwd", "sub", True, ())
    assert (line.from_, line.to) == (Interfaces("lan+", True), Interfaces("wan0", False))
    assert line.boxes == (Box(4, _EVERY, _EVERY, (6, 6), (80, 90)),)


def test_ports_of_either_side_are_two_boxes() -> None:
    line = read_rule("-A f -p udp -m multiport --ports 53 -j ACCEPT", 4)
    assert [(one.port, one.source_port) for one in line.boxes] == [((53, 53), ANY_PORT), (ANY_PORT, (53, 53))]


def test_what_no_packet_that_begins_a_connection_fits_has_no_box() -> None:
    assert read_rule("-A f -m conntrack --ctstate ESTABLISHED -j ACCEPT", 4).boxes == ()
    assert read_rule("-A f ! -p all -j ACCEPT", 4).boxes == ()


@pytest.mark.parametrize(
    ("said", "doubt"),
    [("-m owner --uid-owner 0", "--uid-owner 0"), ("--dport 80", "--dports 80"), ("-p tcp ! --frob a", "! --frob a"),
     ("-s 10.0.0.0/255.0.255.0", "sources 10.0.0.0/255.0.255.0"), ("-p icmp --icmp-type 3/4", "--icmp-type 3/4")],
)  # fmt: skip
def test_what_is_not_known_is_a_doubt(said: str, doubt: str) -> None:
    assert doubt in read_rule(f"-A f {said} -j ACCEPT", 4).doubts


def test_options_of_targets_that_change_nothing_are_none() -> None:
    assert not read_rule("-A f -j REJECT --reject-with tcp-reset", 4).doubts
    assert not read_rule("-A f -j LOG --log-prefix x --log-level 4", 4).doubts
    assert read_rule("-A f -j ACCEPT --frob", 4).doubts == ("--frob",)
