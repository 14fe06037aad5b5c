"""Flow logs of AWS, by the examples of its user guide with addresses of documentation."""

from __future__ import annotations

import pytest

from limen.network.learning.formats.vpc import VERSION_2, fields_of, is_version_2, uniflow_of

ASKS = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
)


def test_the_default_format_is_known_without_a_header() -> None:
    assert is_version_2(ASKS)
    uniflow = uniflow_of(ASKS, VERSION_2)
    assert uniflow is not None
    assert (uniflow.start, uniflow.protocol, uniflow.source_port, uniflow.port) == (1_418_530_010_000, 6, 20641, 22)
    assert (uniflow.began, uniflow.was_refused) == (None, False)
    refused = uniflow_of(ASKS.replace("ACCEPT", "REJECT"), VERSION_2)
    assert refused is not None
    assert refused.was_refused


def test_a_header_says_which_fields_there_are() -> None:
    fields = fields_of("srcaddr dstaddr srcport dstport protocol start pkt-srcaddr pkt-dstaddr tcp-flags action")
    assert fields is not None
    uniflow = uniflow_of("10.0.0.9 10.0.1.5 40000 443 6 1418530010 10.0.0.220 203.0.113.5 2 ACCEPT", fields)
    assert uniflow is not None
    assert (uniflow.began, uniflow.ends.source & 0xFF, uniflow.ends.destination & 0xFF) == (True, 220, 5)
    answer = uniflow_of("10.0.1.5 10.0.0.9 443 40000 6 1418530010 - - 18 ACCEPT", fields)
    assert answer is not None
    assert (answer.began, answer.ends.source & 0xFF) == (False, 5)
    assert fields_of("srcaddr dstaddr protocol") is None


@pytest.mark.parametrize(
    "line",
    [
        "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
        ASKS.replace(" 6 20 ", " 1 20 "),
        ASKS.replace("20641", "99999"),
        ASKS.replace("172.31.16.139", "fd00::1"),
        ASKS.replace("1418530010", "99999999999999999999"),
        ASKS + " more",
    ],
)
def test_a_line_without_packets_or_ports_tells_of_nothing(line: str) -> None:
    assert uniflow_of(line, VERSION_2) is None
