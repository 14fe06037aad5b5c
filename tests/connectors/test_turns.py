"""When a service is asked again: as often as it is written, and less often while it fails."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from limen.clock import HOUR, MINUTE
from limen.connectors.asked_store import AskedState
from limen.connectors.turns import Told, is_due
from limen.events import Event, Outcome

NOW = 1_000 * HOUR


@pytest.mark.parametrize(
    ("every", "failures", "pause"),
    [
        (MINUTE, 0, MINUTE),
        (MINUTE, 1, MINUTE),
        (MINUTE, 2, 2 * MINUTE),
        (MINUTE, 4, 8 * MINUTE),
        (MINUTE, 5, 15 * MINUTE),
        (MINUTE, 10**9, 15 * MINUTE),
        (HOUR, 7, HOUR),
    ],
)
def test_what_fails_is_asked_less_often(every: int, failures: int, pause: int) -> None:
    state = AskedState("okta", tried_at=NOW, failures=failures)
    assert (is_due(state, every, NOW + pause - 1), is_due(state, every, NOW + pause)) == (False, True)


def test_nobody_is_asked_twice_at_once() -> None:
    state = AskedState("okta", busy_until=NOW + HOUR)
    assert (is_due(state, MINUTE, NOW), is_due(state, MINUTE, NOW + HOUR)) == (False, True)


def test_the_journal_is_told_when_one_begins_to_fail_and_when_it_is_back() -> None:
    events: list[Event] = []
    told = Told(SimpleNamespace(record=events.append), "logs.service_failed", "logs.service_back")
    told.tell("okta", "slow", NOW)
    told.tell("okta", "", NOW + 1)
    assert [(one.kind, one.outcome, dict(one.details)) for one in events] == [
        ("logs.service_failed", Outcome.FAILURE, {"source": "okta", "error": "slow"}),
        ("logs.service_back", Outcome.SUCCESS, {"source": "okta"}),
    ]
