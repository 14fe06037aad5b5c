"""Which kind files are of, and which belong together."""

from __future__ import annotations

import json

import pytest
from tests.network.reading.test_azure import nsg
from tests.network.reading.test_gcp import TCP, firewall

from limen.network.reading.files import File, read_files
from limen.network.reading.reading import Errs, UnreadableError


def test_each_kind_is_known_by_its_look() -> None:
    looks = {"aws": {"SecurityGroups": []}, "azure": [nsg()], "gcp": [firewall("x", **TCP)]}
    for kind, document in looks.items():
        assert read_files([File("x.json", json.dumps(document))]).kind == kind
    with pytest.raises(UnreadableError):
        read_files([File("x.json", "{}")])


def test_a_family_that_no_file_is_about_may_be_open() -> None:
    four = File("rules.v4", "*filter\n:FORWARD DROP\n-A FORWARD -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n")
    six = File("rules.v6", "*filter\n:FORWARD DROP\n-A FORWARD -s fd00::/8 -j ACCEPT\nCOMMIT\n")
    assert [(one.where, one.errs) for one in read_files([four]).not_understood] == [("IPv6", Errs.TOO_CLOSED)]
    assert [one.where for one in read_files([six]).not_understood] == ["IPv4"]
    assert read_files([four, six]).errs is None
    with pytest.raises(UnreadableError):
        read_files([four, four])
    with pytest.raises(UnreadableError):
        read_files([four] * 21)


@pytest.mark.parametrize("text", ["", "hello\n", "accept everything\n- A FORWARD\n", "key: value\n"])
def test_what_is_no_rules_is_not_taken_for_rules_that_open_everything(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_files([File("junk", text)])


@pytest.mark.parametrize(
    "text", ["*filter\n", ":FORWARD DROP [0:0]\n", "-A FORWARD -j DROP\n", "iptables -P FORWARD DROP\n"]
)
def test_rules_of_iptables_are_known_by_any_of_their_lines(text: str) -> None:
    assert read_files([File("rules", text)]).kind == "iptables"
