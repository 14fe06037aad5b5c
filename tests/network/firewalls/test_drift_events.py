from __future__ import annotations

import pytest

from limen.events import Event
from limen.network.firewalls.drift_events import KIND, drift_of


@pytest.mark.parametrize(
    ("where", "was", "is_now", "what"),
    [
        ("table inet limen", "there", "", "emptied"),
        ("chain ip docker FORWARD at forward", "", "there", "beside"),
        ("flowtable inet fast f at ingress", "there", "", "beside-gone"),
        ("chain from-office", "", "accept", "added"),
        ("set pairs4", "10.0.0.1", "", "removed"),
        ("chain from-office", "drop", "accept", "changed"),
    ],
)
def test_what_was_changed_is_one_of_six_things(where: str, was: str, is_now: str, what: str) -> None:
    details = {"firewall": "gw1", "where": where, "was": was, "is": is_now, "differences": 2, "repaired": True}
    drift = drift_of(Event(at=7, kind=KIND, details=details))
    assert (drift.what, drift.at, drift.differences, drift.is_repaired) == (what, 7, 2, True)
    assert drift.is_beside is what.startswith("beside")
