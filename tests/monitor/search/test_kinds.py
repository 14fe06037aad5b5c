from __future__ import annotations

from limen.monitor.search.kinds import KINDS


def test_what_administrators_save_and_remove_is_waited_for() -> None:
    assert {kind.name for kind in KINDS if kind.acknowledged} == {"search.saved", "search.removed"}
