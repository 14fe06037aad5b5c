"""The kinds of what services tell: what is told to whom, and what strangers can cause."""

from __future__ import annotations

from limen.events.kind import Owner
from limen.sso.shared_signals.receiving.kinds import KINDS


def test_only_what_is_refused_can_be_caused_by_strangers() -> None:
    assert [one.name for one in KINDS if one.by_strangers] == ["received_signal.refused"]


def test_what_takes_access_is_waited_for_and_stands_on_the_timeline_of_whom_it_concerns() -> None:
    of_people = [one for one in KINDS if one.topic.owner is Owner.PERSON]
    assert [one.name.partition(".")[2] for one in of_people] == ["person", "device", "spared", "stopped"]
    assert all(one.acknowledged and "transmitter" in one.shown for one in of_people)
