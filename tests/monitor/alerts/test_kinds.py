from __future__ import annotations

from limen.events.kind import Owner
from limen.monitor.alerts.kinds import KINDS


def test_an_alert_is_told_to_nobody_it_is_about() -> None:
    """A thief in somebody's account reads what is told to them."""
    for kind in KINDS:
        if kind.name in {"alert.opened", "alert.worse", "response.spared"}:
            assert kind.topic.owner is Owner.LIMEN
            assert not kind.told
    assert not any("rule" in name for kind in KINDS for name in kind.shown)
