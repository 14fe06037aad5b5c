from __future__ import annotations

import msgspec
import pytest

from limen.events import DecisionRecord, Event, Outcome


def test_an_event_is_a_value_that_nobody_changes() -> None:
    event = Event(at=1, kind="sign_in.failed")
    with pytest.raises(AttributeError):
        event.actor = "p1"
    assert event == Event(at=1, kind="sign_in.failed", outcome=Outcome.SUCCESS)


def test_what_is_not_said_is_not_written() -> None:
    assert msgspec.json.encode(Event(at=1, kind="x")) == b'{"at":1,"kind":"x"}'


def test_an_event_with_its_decision_survives_json() -> None:
    record = DecisionRecord(
        effect="deny", reasons=("a",), revision="1", facts="f", now=1, app="payroll", action="view", remedies=("wait",)
    )
    event = Event(at=1, kind="decision", outcome=Outcome.FAILURE, decision=record, details={"n": 1, "is": True})
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
