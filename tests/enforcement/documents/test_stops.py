"""What was stopped, and passes that are good once."""

from __future__ import annotations

from dataclasses import replace

from limen.clock import SetClock
from limen.enforcement.documents.stops import GOOD_FOR, MOST_OF_A_SESSION, About, StoppedDocument, Stops

ABOUT = About("s1", "ana", "wiki", "POST", "/upload")
ONE, OTHER = b"1" * 16, b"2" * 16


def _keep(stops, about=ABOUT, digests=(ONE,), may_justify=True):
    document = StoppedDocument("a", "", ("Payment card number",), ())
    return stops.keep(
        about, [document], dict.fromkeys(digests, "e"), ("r",), is_upload=True, may_justify=may_justify, event="e"
    )


def test_a_pass_is_good_once_for_the_same_request_session_and_documents():
    stops = Stops(SetClock(0))
    stopped = _keep(stops, digests=(ONE, OTHER))
    assert stops.take(ABOUT, frozenset({ONE})) == ""
    stops.justify(stopped, "for the bank")
    for foreign in (
        replace(ABOUT, session="s2"),
        replace(ABOUT, app="payroll"),
        replace(ABOUT, method="PUT"),
        replace(ABOUT, target="/upload?x"),
    ):
        assert stops.take(foreign, frozenset({ONE})) == ""
    assert stops.take(ABOUT, frozenset({b"3" * 16})) == ""
    assert stops.take(ABOUT, frozenset({ONE, b"3" * 16})) == ""
    assert stops.take(ABOUT, frozenset()) == ""
    assert stops.take(ABOUT, frozenset({ONE})) == "for the bank"
    assert stops.take(ABOUT, frozenset({ONE})) == ""


def test_it_ends_after_ten_minutes():
    clock = SetClock(0)
    stops = Stops(clock)
    stopped = _keep(stops)
    clock.forward(GOOD_FOR - 1)
    assert stops.find(stopped.id, "s1") == stopped
    given = stops.justify(stopped, "why")
    assert stops.justify(given, "again") == given
    clock.forward(GOOD_FOR - 1)
    assert stops.justify(stops.find(stopped.id, "s1"), "and again") == given
    clock.forward(1)
    assert stops.take(ABOUT, frozenset({ONE})) == ""
    assert stops.find(stopped.id, "s1") is None


def test_nobody_else_finds_it_and_a_flood_forgets_its_own_first():
    stops = Stops(SetClock(0))
    stopped = _keep(stops)
    assert stops.find(stopped.id, "s2") is None
    assert stops.find(stopped.id, "") is None
    foreign = _keep(stops, replace(ABOUT, session="s2"))
    for _ in range(MOST_OF_A_SESSION):
        _keep(stops)
    assert stops.find(stopped.id, "s1") is None
    assert stops.find(foreign.id, "s2") == foreign


def test_without_a_session_or_by_a_program_nothing_may_be_justified():
    assert not _keep(Stops(SetClock(0)), replace(ABOUT, session="")).may_justify
    assert not _keep(Stops(SetClock(0)), replace(ABOUT, by_token=True)).may_justify
