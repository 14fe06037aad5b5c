"""What happens with doors is on the person's own timeline."""

from __future__ import annotations

from limen.events.kind import Owner
from limen.network.doors.kinds import KINDS


def test_doors_are_theirs_and_an_opening_is_waited_for() -> None:
    assert {one.name: one.acknowledged for one in KINDS} == {
        "network.door_opened": True,
        "network.door_closed": False,
    }
    assert {one.topic.owner for one in KINDS} == {Owner.PERSON}
