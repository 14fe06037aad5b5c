from __future__ import annotations

from limen.monitor.sources.kinds import KINDS


def test_letting_somebody_in_is_waited_for_and_refusals_are_of_strangers() -> None:
    assert {kind.name for kind in KINDS if kind.acknowledged} == {"logs.sender_added", "logs.sender_removed"}
    assert {kind.name for kind in KINDS if kind.by_strangers} == {"logs.refused"}
