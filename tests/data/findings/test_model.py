"""A finding of its event."""

from __future__ import annotations

from limen.data.findings.model import FOUND, State, Triage, finding_of
from limen.events import Event


def test_a_finding_is_what_its_event_says_and_what_was_made_of_it():
    details = {
        "channel": "upload",
        "app": "wiki",
        "kinds": "IBAN",
        "rules": "banks",
        "step": "block",
        "unread": "broken",
    }
    event = Event(at=5, id="e", kind=FOUND, actor="p", reason="justified", details=details)
    found = finding_of(event, Triage(State.CONFIRMED, "q"), "because")
    assert (found.id, found.person, found.app, found.kinds, found.rules) == ("e", "p", "wiki", "IBAN", "banks")
    assert (found.was_stopped, found.why, found.said, found.triage.assigned_to) == (True, "justified", "because", "q")
    assert finding_of(Event(at=5, kind=FOUND), Triage(), "").step == "watch"
