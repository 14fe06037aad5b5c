"""What firewalls log of packets: the kernel's filter and pf."""

from __future__ import annotations

import pytest

from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.learning.formats.packet_logs import flow_of, is_packet_log

NOW = 1_795_000_000_000
UFW = (
    "2026-11-27T10:00:00.500+01:00 gw kernel: [12.5] [UFW ALLOW] IN=vlan10 OUT=vlan20 MAC=00:11 SRC=10.10.0.7 "
    "DST=10.20.0.10 LEN=60 TOS=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=44000 DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0"
)
PF = (
    "<134>1 2026-11-27T10:00:00+01:00 fw filterlog 71 - - 85,,,02f4b,igb1,match,pass,in,4,0x0,,64,1,0,DF,6,tcp,60,"
    "10.10.0.7,10.20.0.10,44000,443,0,S,1,,64240,,mss"
)
PF_6 = (
    "filterlog[71]: 85,,,02f4b,igb1,match,block,in,6,0x00,0x0,64,udp,17,60,fd00:10::7,fd00:20::10,44000,53,40"
)  # fmt: skip


def read(line: str) -> ObservedFlow:
    assert is_packet_log(line)
    found = flow_of(line, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize("line", [UFW, PF])
def test_a_packet_that_begins_a_connection_is_one(line: str) -> None:
    ends = ends_of("10.10.0.7", "10.20.0.10")
    assert ends is not None
    assert read(line) == ObservedFlow(1_795_770_000_000 + (500 if line is UFW else 0), "", "", *ends, 6, 443)


@pytest.mark.parametrize(
    ("prefix", "was_refused"),
    [
        ("[UFW BLOCK] ", True),
        ("[LAN_IN-2001-A]", False),
        ("[LAN_IN-2001-D]", True),
        ("LIMEN-DENY ", True),
        ("ACCEPT: ", False),
        ("", True),
    ],
)
def test_a_prefix_says_whether_it_went_through(prefix: str, was_refused: bool) -> None:
    assert read(UFW.replace("[UFW ALLOW] ", prefix)).was_refused is was_refused


def test_pf_says_it_in_a_field_and_in_both_families() -> None:
    found = read(PF_6)
    assert (found.family, found.protocol, found.port, found.was_refused, found.at) == (6, 17, 53, True, NOW)


@pytest.mark.parametrize(
    "line",
    [
        UFW.replace(" SYN ", " ACK SYN "),
        UFW.replace("OUT=vlan20", "OUT="),
        UFW.replace("DPT=443", "DPT=443000"),
        UFW.replace("DST=10.20.0.10", "DST=x"),
        UFW.replace("PROTO=TCP", "PROTO=ICMP TYPE=0"),
        UFW.replace("PROTO=TCP", "PROTO=9999"),
        PF.replace(",pass,in,", ",pass,out,"),
        PF.replace(",S,", ",SA,"),
        PF.replace(",6,tcp,", ",x,tcp,"),
        "filterlog[1]: 85,,,02f4b,igb1,match,block,in,4",
        "filterlog",
        "filterlog[1]: " + "," * 4000,
        "IN= SRC=",
    ],
)
def test_what_begins_nothing_or_makes_no_sense_tells_of_nothing(line: str) -> None:
    assert flow_of(line, NOW) is None
