"""What is counted of each source, within bounds."""

from __future__ import annotations

import pytest

from limen.monitor.process import counts as module
from limen.monitor.process.batch import Tally
from limen.monitor.process.counts import Counts


def test_events_bytes_and_delay_are_counted_by_source() -> None:
    counts = Counts()
    counts.came("a", 100, 5, "ls_1")
    counts.came("a", 10, 4)
    counts.kept([Tally("a", 2, 1, 9), Tally("b", 1)])
    counts.lost("b", 2)
    counts.refused("udp")
    (a, b), refused = counts.figures()
    assert (a.size, a.events, a.unreadable, a.last_at, a.lag_ms, a.senders) == (110, 2, 1, 5, 9, {"ls_1": 5})
    assert (b.events, b.lost, refused) == (1, 2, {"udp": 1})
    assert counts.last_heard() == {"a": 5, "b": 0}


def test_what_looks_like_a_product_is_counted_by_it() -> None:
    counts = Counts()
    counts.kept([Tally("a", 1, looks_like={"okta": 1}), Tally("a", 2, looks_like={"okta": 1})])
    ((a,), _) = counts.figures()
    counts.kept([Tally("a", 1, looks_like={"okta": 1})])
    assert (a.events, a.looks_like) == (3, {"okta": 2})


def test_it_is_bounded_in_sources_and_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SOURCES", 2)
    monkeypatch.setattr(module, "MOST_SENDERS", 2)
    counts = Counts()
    for number in range(5):
        counts.came(f"s{number}", 1, number)
        counts.came("s0", 1, number, f"ls_{number}")
    figures, _ = counts.figures()
    assert [one.name for one in figures] == ["s0", "s1", "others"]
    assert [*figures[0].senders] == ["ls_3", "ls_4"]
