from __future__ import annotations

from limen.events.kind import Owner, Severity
from limen.events.running_kinds import RUNNING_KINDS


def test_nothing_of_it_is_anybodys_own_and_three_kinds_are_grave() -> None:
    assert {kind.name for kind in RUNNING_KINDS if kind.topic.owner is not Owner.LIMEN} == {
        *("revision.published", "break_glass.used"),
    }
    assert Owner.PERSON not in {kind.topic.owner for kind in RUNNING_KINDS}
    grave = {kind.name for kind in RUNNING_KINDS if kind.severity is Severity.HIGH}
    assert grave == {"break_glass.used", "journal.damaged", "event_store.damaged"}
