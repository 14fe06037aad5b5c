"""The order of steps, and that what is not known is said to be so."""

from __future__ import annotations

from limen.facts.passing import Channel, Judged, Passing, Step


def test_steps_have_an_order_and_what_is_unknown_is_empty():
    assert sorted(Step) == [Step.ALLOW, Step.WATCH, Step.WARN, Step.BLOCK, Step.QUARANTINE]
    passing = Passing(Channel.UPLOAD)
    assert (passing.person, passing.label, passing.has_healthy_device) == ("", None, None)
    assert not Judged(Step.WARN).may_justify
