from __future__ import annotations

from limen.events.kind import Owner
from limen.monitor.detections.travel.kinds import KINDS


def test_whoever_travels_reads_of_it_and_it_survives_the_moment() -> None:
    assert {(one.topic.owner, one.acknowledged, bool(one.told)) for one in KINDS} == {(Owner.PERSON, True, True)}
