"""Each option by itself; whole lines: test_iptables_rule.py."""

from __future__ import annotations

import pytest

from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.iptables_options import Asked, read_option
from limen.network.reading.iptables_words import Words


def asked(text: str, family: int = 4) -> Asked:
    every = [(0, LAST_ADDRESS[family])]
    one, words = Asked(family, every, every), Words(text)
    while not words.is_over:
        read_option(one, words)
    return one


def test_what_is_not_asked_for_is_all_but_that() -> None:
    one = asked("! -p tcp ! -s 0.0.0.0/1")
    assert one.protocols == [(0, 5), (7, 255)]
    assert one.sources == [(1 << 31, LAST_ADDRESS[4])]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("-m conntrack --ctstate NEW,ESTABLISHED", True),
        ("-m conntrack --ctstate ESTABLISHED", False),
        ("-m conntrack ! --ctstate INVALID", True),
        ("-p tcp --syn", True),
        ("-p tcp ! --syn", False),
        ("-p tcp --tcp-flags FIN,SYN,RST,ACK SYN", True),
        ("-p tcp --tcp-flags SYN NONE", False),
        ("! -p all", False),
    ],
)
def test_whether_it_fits_what_begins_a_connection(text: str, begins: bool) -> None:
    one = asked(text)
    assert (one.begins, one.doubts) == (begins, [])


@pytest.mark.parametrize(
    "text",
    [
        "-m recent",
        "--unknown a b",
        "-m conntrack --ctstate DNAT",
        "--dport 80",
        "-p tcp --dport http",
        "-s host.example",
    ],
)
def test_what_is_not_known_is_a_doubt(text: str) -> None:
    assert len(asked(text).doubts) == 1


@pytest.mark.parametrize("text", ["-A a -A b", "! -A a", "-j X -j Y", "-i a -i b", "-s fd00::1", "-p 256"])
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        asked(text)
