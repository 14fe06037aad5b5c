"""Words of Cisco's lists: blocks, names of ports, and what is none."""

from __future__ import annotations

import pytest

from limen.network.reading.cisco_words import (
    LONGEST_LINE,
    Words,
    blocks_of,
    is_port,
    port_of,
    ports_said,
    protocol_of,
    type_of,
)


def test_blocks_are_lines_with_those_indented_below() -> None:
    blocks, long = blocks_of("! note\na\n b\n\tc\n\nd\n" + "x" * (LONGEST_LINE + 1))
    assert [(one.head.text, [below.text for below in one.below]) for one in blocks] == [("a", ["b", "c"]), ("d", [])]
    assert [one.number for one in long] == [7]


def test_names_of_ports_go_by_the_protocol() -> None:
    assert (port_of("cmd", 6), port_of("syslog", 17), port_of("kerberos", 6)) == (514, 514, 750)
    assert not is_port("syslog", 6)
    assert not is_port("65536", 6)
    assert (protocol_of("esp"), protocol_of("132")) == (50, 132)
    assert (type_of("echo", 1), type_of("echo", 58)) == ((8, 8), (128, 128))


@pytest.mark.parametrize("word", ["256", "frobnicate", "-1", "१"])
def test_what_is_no_protocol_is_refused(word: str) -> None:
    with pytest.raises(ValueError):
        protocol_of(word)


def test_a_range_in_the_wrong_order_is_the_same_range() -> None:
    assert ports_said(Words(["range", "20", "10"]), 6) == [(10, 20)]
    with pytest.raises(ValueError):
        ports_said(Words(["range", "20"]), 6)
