from __future__ import annotations

from limen.monitor.sources.kinds import KINDS


def test_letting_somebody_in_is_waited_for_and_refusals_are_of_strangers() -> None:
    governed = {"logs.sender_added", "logs.sender_removed", "logs.service_secret_kept"}
    assert {kind.name for kind in KINDS if kind.acknowledged} == governed
    assert {kind.name for kind in KINDS if kind.by_strangers} == {"logs.refused"}
