"""Lines of connection tracking: who began, to where in the end, and whether it was taken."""

from __future__ import annotations

import pytest

from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.learning.formats.conntrack import flow_of, is_conntrack

NOW = 1_795_000_000_000
AT = "[1764279000.123456]\t"
NEW = (
    "    [NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.10.0.10 dst=10.20.0.10 sport=44444 dport=443 "
    "[UNREPLIED] src=10.20.0.10 dst=10.10.0.10 sport=443 dport=44444"
)
ASKED = (
    "[NEW] ipv4 2 udp 17 30 src=10.10.0.1 dst=10.20.0.1 sport=5 dport=53 "
    "[UNREPLIED] src=10.20.0.1 dst=10.10.0.1 sport=53 dport=5"
)


def read(line: str) -> ObservedFlow:
    assert is_conntrack(line)
    found = flow_of(line, NOW)
    assert found is not None
    return found


def test_the_packet_that_began_it_is_told() -> None:
    ends = ends_of("10.10.0.10", "10.20.0.10")
    assert ends is not None
    assert read(AT + NEW) == ObservedFlow(1_764_279_000_123, "", "", *ends, 6, 443)
    assert read(NEW).at == NOW


def test_what_the_router_rewrites_counts_as_it_leaves() -> None:
    line = NEW.replace("[UNREPLIED] src=10.20.0.10 dst=10.10.0.10 sport=443", "src=10.20.0.99 dst=192.0.2.1 sport=8443")
    ends = ends_of("10.10.0.10", "10.20.0.99")
    assert ends is not None
    assert (read(line).source, read(line).destination, read(line).port) == (*ends[1:], 8443)


@pytest.mark.parametrize(
    ("line", "count", "was_answered"),
    [
        (NEW, 1, None),
        (NEW.replace("[NEW]", "[UPDATE]").replace("SYN_SENT", "ESTABLISHED").replace("[UNREPLIED] ", ""), 0, True),
        (NEW.replace("[NEW]", "[UPDATE]").replace("SYN_SENT", "CLOSE").replace("[UNREPLIED] ", ""), 0, False),
        (NEW.replace("[NEW]", "[DESTROY]"), 0, False),
        (NEW.replace("[NEW]", "").replace("[UNREPLIED] ", "").replace("SYN_SENT", "") + " [ASSURED]", 1, True),
        (ASKED, 1, None),
        (ASKED.replace("[NEW]", "[UPDATE]").replace("[UNREPLIED] ", ""), 0, True),
    ],
)  # fmt: skip
def test_whether_the_other_side_took_it(line: str, count: int, was_answered: bool | None) -> None:
    found = read(line)
    assert (found.count, found.was_answered) == (count, was_answered)


def test_a_ping_has_the_type_of_its_request_as_port() -> None:
    line = (
        "[NEW] ipv6     10 icmpv6   58 30 src=fd00:10::5 dst=fd00:20::10 type=128 code=0 id=7 "
        "[UNREPLIED] src=fd00:20::10 dst=fd00:10::5 type=129 code=0 id=7"
    )
    assert (read(line).family, read(line).protocol, read(line).port) == (6, 58, 128)
    assert flow_of(line.replace("type=128", "type=1"), NOW) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ipv4 2 tcp 6 src=10.0.0.1",
        "ipv4 2 tcp six src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2",
        "ipv4 2 tcp 6 1 src=10.0.0.1 dst=fd00::1 sport=1 dport=2",
        "ipv4 2 tcp 6 1 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=70000",
        "ipv4 2 tcp 6 1 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=²",
        "ipv4 2 x 999 1 src=10.0.0.1 dst=10.0.0.2",
        "ipv4 2 x 99999999999999999999999999 1 src=10.0.0.1 dst=10.0.0.2",
        "[x] ipv4 2 tcp 6 1 src=::ffff:zz dst=10.0.0.2 sport=1 dport=2",
    ],
)
def test_a_line_that_says_nothing_of_use_tells_of_nothing(line: str) -> None:
    assert flow_of(line, NOW) is None
