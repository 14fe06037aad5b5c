"""Rules as terms of Aerleon's policy, and what is said where Aerleon is not there."""

from __future__ import annotations

import sys

import pytest

from limen.errors import LimenError
from limen.extras import how_to_install
from limen.network.emit import aerleon
from limen.network.emit.aerleon import EXTRA, Filter, icmp_types, leg_name, split, written
from limen.network.emit.ordered import OrderedRule

LINE = OrderedRule("files", True, 4, ("10.10.0.0/24",), ("10.20.0.10/32",), (6, 6), (443, 443), (0, 65_535))


def test_sets_of_prefixes_are_called_as_in_the_network() -> None:
    text = written("fortigate", [Filter("from-zone a to-zone b inet", (LINE,))], {LINE.sources: "office-v4"})
    assert 'set srcaddr "office-v4"' in text
    assert 'set dstaddr "set2-v4"' in text


def test_names_of_rules_are_apart_and_not_too_long() -> None:
    long = OrderedRule("x" * 40, *list(LINE.__getstate__())[1:])
    text = written("fortigate", [Filter("from-zone a to-zone b inet", (long, long))], {})
    names = [one.split()[2].strip('"') for one in text.splitlines() if one.strip().startswith("set name")]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 35


def test_too_many_rules_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aerleon, "MOST_TERMS", 1)
    with pytest.raises(LimenError):
        written("cisco", [Filter("limen-a", (LINE, LINE))], {})


def test_what_aerleon_refuses_is_said() -> None:
    with pytest.raises(LimenError):
        written("fortigate", [Filter("from-zone a", (LINE,))], {})


def test_without_aerleon_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "limen.network.emit.aerleon_generators", raising=False)
    monkeypatch.delattr("limen.network.emit.aerleon_generators", raising=False)
    monkeypatch.setitem(sys.modules, "aerleon", None)
    monkeypatch.setitem(sys.modules, "aerleon.lib", None)
    with pytest.raises(LimenError) as refused:
        icmp_types(4)
    assert refused.value.fix == how_to_install(EXTRA)


def test_many_sources_are_several_lines() -> None:
    many = OrderedRule("x", True, 4, tuple(f"10.0.0.{n}/32" for n in range(5)), (), (0, 255), (0, 65_535), (0, 65_535))
    assert [len(one.sources) for one in split(many, 2)] == [2, 2, 1]


def test_a_leg_is_a_plain_word() -> None:
    assert leg_name("office", "GigabitEthernet0/0/1.10") == "GigabitEthernet0/0/1.10"
    with pytest.raises(LimenError):
        leg_name("office", "lan to-zone any")
