"""A source that is looked at late is told of once for each time, as the same finding however often it begins anew."""

from __future__ import annotations

from limen.clock import MINUTE, SECOND
from limen.monitor.process.lateness import Lateness
from limen.monitor.process.state import Late, State

NOW = 1_795_000_000_000


def late(until: int, since: int = NOW) -> Late:
    return Late(position=(1, 1, 1), since=since, until=until)


def test_one_that_is_late_for_a_minute_is_told_of_once() -> None:
    looks, state = Lateness(), State(late={"firewall": late(NOW)})
    assert looks(state, NOW + 59 * SECOND) == []
    (hit,) = looks(state, NOW + 3 * MINUTE)
    assert (hit.rule, hit.entity, hit.says["minutes"]) == ("source-late", "source:firewall", 3)
    assert looks(state, NOW + 4 * MINUTE) == []
    (again,) = Lateness()(state, NOW + 5 * MINUTE)
    assert again.id == hit.id


def test_each_time_is_told_of() -> None:
    looks, state = Lateness(), State(late={"firewall": late(NOW)})
    (first,) = looks(state, NOW + 3 * MINUTE)
    state.late = {}
    assert looks(state, NOW + 4 * MINUTE) == []
    state.late = {"firewall": late(NOW + 5 * MINUTE, NOW + 5 * MINUTE)}
    (second,) = looks(state, NOW + 8 * MINUTE)
    assert first.id != second.id
