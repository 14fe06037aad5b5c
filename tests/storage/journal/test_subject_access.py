from __future__ import annotations

from collections.abc import Callable

from tests.storage.journal.conftest import NOW
from tests.storage.journal.decisions import a_permit, facts_about as facts_of

from limen.events import Event
from limen.storage.journal import Journal
from limen.storage.journal.subject_access import events_about, facts_about


def test_ones_own_events_come_from_sealed_and_open_segments_and_nobody_elses(opened: Callable[..., Journal]) -> None:
    journal = opened()
    permit = a_permit(facts_of("p_mia"), NOW)
    journal.decided("gateway", permit, "", "", 3.0)
    journal.record(Event(at=NOW, kind="sign_in.succeeded", actor="p_ada", details={"factor": "p_mia"}))
    journal.erase(["p_nobody"])  # closes and seals
    journal.record(Event(at=NOW, kind="person.changed", actor="p_ada", subject="p_mia"))
    journal.decided("gateway", permit, "", "", 3.0)
    journal.flush()
    kinds = [event.kind for event in events_about(journal.reader, "p_mia")]
    assert kinds == ["decision", "person.changed", "decision"]
    values = [one["value"]["person"]["id"] for one in facts_about(journal.reader, "p_mia")]
    assert values == ["p_mia", "p_mia"]
    assert list(events_about(journal.reader, "p_nobody")) == []
