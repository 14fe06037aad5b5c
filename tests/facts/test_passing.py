"""The order of steps, and that what is not known is said to be so."""

from __future__ import annotations

from limen.facts import Label
from limen.facts.passing import Channel, Judged, Passing, Step, stops_unseen


def test_steps_have_an_order_and_what_is_unknown_is_empty():
    assert sorted(Step) == [Step.ALLOW, Step.WATCH, Step.WARN, Step.BLOCK, Step.QUARANTINE]
    passing = Passing(Channel.UPLOAD)
    assert (passing.person, passing.label, passing.has_healthy_device) == ("", None, None)
    assert not Judged(Step.WARN).may_justify


def test_what_nobody_could_see_stops_at_restricted_apps_and_where_a_rule_could_stop_it():
    too_large, late = frozenset({"too-large"}), frozenset({"timed-out"})
    for label, failed, could_stop, stops in (
        (Label.RESTRICTED, too_large, False, True),
        (Label.RESTRICTED, frozenset(), True, False),
        (Label.CONFIDENTIAL, too_large, True, False),
        (None, late, True, True),
        (None, late, False, False),
    ):
        assert stops_unseen(label, failed, lambda could_stop=could_stop: could_stop) is stops
