from __future__ import annotations

from limen.events.kind import Owner, Severity
from limen.events.running_kinds import RUNNING_KINDS


def test_nothing_of_it_is_anybodys_own_and_five_kinds_are_grave() -> None:
    assert {kind.name for kind in RUNNING_KINDS if kind.topic.owner is not Owner.LIMEN} == {
        *("revision.published", "break_glass.used", "roadmap.excepted", "roadmap.exception_ended"),
        "probe.ran",
        *("roadmap.stated", "roadmap.statement_ended"),
    }
    assert Owner.PERSON not in {kind.topic.owner for kind in RUNNING_KINDS}
    grave = {kind.name for kind in RUNNING_KINDS if kind.severity is Severity.HIGH}
    broken = {"journal.damaged", "event_store.damaged", "event_engine.away"}
    assert grave == {"break_glass.used", "roadmap.phase_reopened", *broken}
