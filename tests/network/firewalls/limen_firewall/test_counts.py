"""Exact numbers of denied packets; with a real kernel: tests/attacks/test_denied_floods.py."""

from __future__ import annotations

import pytest

from limen.network.firewalls.limen_firewall import counts
from limen.network.firewalls.limen_firewall.counts import Counts


def test_what_was_counted_since_is_told_once_also_when_the_counters_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = {("vlan10", "vlan20"): 7, ("vlan10", ""): 1}
    monkeypatch.setattr(counts, "counted", lambda: dict(kernel))
    monkeypatch.setattr(counts, "READ_SECONDS", 0.0)
    one = Counts()
    assert sorted(one.take()) == [["vlan10", "", 1], ["vlan10", "vlan20", 7]]
    assert one.take() == []
    kernel["vlan10", "vlan20"] = 10
    told = one.take()
    assert told == [["vlan10", "vlan20", 3]]
    one.put_back(told)
    kernel.clear()
    kernel["vlan10", "vlan20"] = 2  # the ruleset is another
    assert one.take() == [["vlan10", "vlan20", 5]]


def test_it_is_not_read_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    monkeypatch.setattr(counts, "counted", lambda: reads.append(1) or {})
    one = Counts()
    assert [one.take(), one.take(), one.take()] == [[], [], []]
    assert len(reads) == 1
