from __future__ import annotations

from dataclasses import replace

from tests.roadmap.devices.harbor_devices import opened

from limen.facts import LIMEN, Label
from limen.roadmap.devices.opened import opened as part_of
from limen.roadmap.devices.past_access import Access, PastAccess, Standing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Part


def measured(evidence: Evidence) -> Part:
    return part_of(evidence, "x", lambda standing: standing.value)


def test_requests_are_counted_by_who_and_what() -> None:
    found = measured(opened(("ada", "payroll", Standing.HEALTHY), ("ada", "payroll", Standing.STALE)))
    assert (found.numerator, found.denominator) == (3, 6)
    assert [(one.page, one.count, one.is_met) for one in found.rows] == [
        ("/console/people/p_ada", 3, True),
        ("/console/people/p_ada", 3, False),
    ]


def test_only_what_is_confidential_counts() -> None:
    def is_counted(app: str, action: str = "view", label: int = 0) -> bool:
        past = PastAccess((Access("p_ada", app, action, label, Standing.UNKNOWN, 1),))
        evidence = opened()
        return measured(replace(evidence, devices=replace(evidence.devices, past=past))).denominator == 1

    assert is_counted("payroll")
    assert not is_counted("wiki")
    assert is_counted("wiki", label=Label.RESTRICTED)
    assert is_counted("gone", label=Label.CONFIDENTIAL)
    assert not is_counted(LIMEN, "view")
    assert is_counted(LIMEN, "administer")


def test_a_journal_that_was_not_read_tells_nothing() -> None:
    assert not measured(opened(("ada", "payroll", Standing.HEALTHY), is_whole=False)).is_known
    assert not measured(opened()).is_known
    assert not measured(Evidence(at=1)).is_known
