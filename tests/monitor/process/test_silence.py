"""A source that says nothing is told of once, as the same finding however often the process begins."""

from __future__ import annotations

from limen.clock import HOUR, MINUTE
from limen.monitor.link import Watched
from limen.monitor.process.silence import LOOK_EVERY, Silence
from limen.monitor.process.state import State

BEGAN = 1_795_000_000_000
FIREWALL = Watched(name="firewall", kind="syslog", way="tls", heartbeat_ms=10 * MINUTE)
QUIET = Watched(name="quiet", kind="syslog", way="tls")


def silence(heard: dict[str, int], began: int = BEGAN) -> Silence:
    made = Silence(lambda: heard, began)
    made.sources = (FIREWALL, QUIET)
    return made


def test_one_that_was_heard_and_is_silent_is_told_of_once() -> None:
    heard, state = {"firewall": BEGAN + MINUTE}, State()
    looks = silence(heard)
    assert looks(state, BEGAN + 10 * MINUTE) == []
    (hit,) = looks(state, BEGAN + 12 * MINUTE)
    assert (hit.rule, hit.entity) == ("source-silent", "source:firewall")
    assert hit.at - hit.since == FIREWALL.heartbeat_ms
    assert looks(state, BEGAN + 13 * MINUTE) == []
    heard["firewall"] = BEGAN + 14 * MINUTE
    assert looks(state, BEGAN + 15 * MINUTE) == []
    (again,) = looks(state, BEGAN + 30 * MINUTE)
    assert again.id != hit.id


def test_one_that_was_never_heard_is_silent_too() -> None:
    state, looks = State(), silence({})
    assert looks(state, BEGAN) == []
    assert [hit.says["heard_at"] for hit in looks(state, BEGAN + HOUR)] == [0]


def test_nobody_is_silent_while_nobody_listened_and_the_finding_stays_the_same() -> None:
    state = State(since={"firewall": BEGAN})
    (hit,) = silence({"firewall": BEGAN})(state, BEGAN + HOUR)
    later = silence({}, BEGAN + 2 * HOUR)
    assert later(state, BEGAN + 2 * HOUR + MINUTE) == []
    (same,) = later(state, BEGAN + 2 * HOUR + 11 * MINUTE)
    assert same.id == hit.id


def test_it_does_not_look_all_the_time() -> None:
    state, looks = State(), silence({})
    looks(state, BEGAN)
    assert looks(state, BEGAN + LOOK_EVERY - 1) == []
