"""Lines of several kinds in one log, and lines that are none."""

from __future__ import annotations

from tests.network.learning.formats.test_conntrack import NEW
from tests.network.learning.formats.test_packet_logs import PF, UFW
from tests.network.learning.formats.test_vpc import ASKS

from limen.network.learning.reading import LONGEST_LINE, Lines

NOW = 1_795_000_000_000


def test_each_line_is_read_by_its_format() -> None:
    lines = Lines(NOW)
    flows = list(lines.flows([NEW, UFW, "", PF, ASKS]))
    assert [(one.port, one.protocol) for one in flows] == [(443, 6), (443, 6), (443, 6), (22, 6)]
    assert (lines.read, lines.not_understood) == (5, 0)


def test_a_header_changes_what_follows() -> None:
    text = ["dstaddr srcaddr dstport srcport protocol start", "10.20.0.10 10.10.0.7 443 44000 6 1795770000"]
    (flow,) = Lines(NOW).flows(text)
    assert (flow.port, flow.source & 0xFF, flow.at) == (443, 7, 1_795_770_000_000)


def test_lines_that_nothing_understands_are_counted_and_named() -> None:
    lines = Lines(NOW)
    assert list(lines.flows(["hello", NEW + " " * LONGEST_LINE, "\x00\x1b[2J", "2 2 2", "again"])) == []
    assert (lines.read, lines.not_understood, lines.examples) == (5, 5, [1, 2, 3])
