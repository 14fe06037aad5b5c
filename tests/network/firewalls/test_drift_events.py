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


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('{"comment": "", "expr": [{"accept": null}]}', "accept"),
        ('{"comment": "web", "expr": [{"counter": null}, {"accept": null}]}', 'counter accept comment "web"'),
        ("10.10.0.7 . 22", "10.10.0.7 . 22"),
        ('{"comment": "web", "expr": [{"acc', '{"comment": "web", "expr": [{"acc'),
        ('{"comment": 7, "expr": 7}', '{"comment": 7, "expr": 7}'),
        ("[" * 300, "[" * 300),
        ('{"comment": "", "expr": [{"match": 7}]}', '{"match": 7}'),
    ],
)
def test_a_rule_is_said_as_people_write_it_and_all_else_as_it_came(said: str, text: str) -> None:
    drift = drift_of(Event(at=7, kind=KIND, details={"where": "chain forward", "was": "", "is": said}))
    assert drift.is_now == text
