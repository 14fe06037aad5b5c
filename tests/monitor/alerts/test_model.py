from __future__ import annotations

from limen.monitor.alerts.model import Suppression, Verdict, is_at_least, worse
from limen.monitor.detections.hit import Level


def test_levels_have_an_order() -> None:
    assert worse(Level.HIGH, Level.LOW) is worse(Level.LOW, Level.HIGH) is Level.HIGH
    assert (is_at_least(Level.CRITICAL, Level.HIGH), is_at_least(Level.LOW, Level.MEDIUM)) == (True, False)


def test_only_what_was_real_goes_on_to_count() -> None:
    assert [one for one in Verdict if not one.releases] == [Verdict.REAL]


def test_what_a_suppression_covers_and_when() -> None:
    one = Suppression(id="su", rule="r", entity="host:a", since=5, until=10, why="x", by="p")
    everybody = Suppression(id="su", rule="r", entity="", since=5, until=10, why="x", by="p", ended_at=7)
    assert [one.covers("r", "host:a"), one.covers("r", "host:b"), one.covers("s", "host:a")] == [True, False, False]
    assert everybody.covers("r", "whatever")
    assert [one.counts(at) for at in (4, 5, 9, 10)] == [False, True, True, False]
    assert not everybody.counts(6)
