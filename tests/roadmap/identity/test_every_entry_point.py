"""I4: what each entry point let through in 30 days."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.harbor import app, company_of

from limen.facts import LIMEN
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.every_entry_point import CONTROL
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported, WeakSignIn

COMPANY = company_of(app("wiki"), app("payroll"))
STRONG = {(LIMEN, 3): 9, ("wiki", 2): 5, ("payroll", 3): 1}


def decided(permits: dict[tuple[str, int], int], *, is_whole: bool = True) -> Evidence:
    found = Decided(permits, {}, is_whole=is_whole)
    return Evidence(at=9, company=COMPANY, identity=IdentityEvidence(decided=found))


def test_it_is_met_where_each_let_somebody_in_and_nobody_with_one_factor() -> None:
    found = CONTROL.measured(decided(STRONG))
    assert (found.is_met, found.parts[0].denominator) == (True, 3)


@pytest.mark.parametrize(
    ("permits", "missed"),
    [
        ({**STRONG, ("wiki", 1): 1}, ["wiki"]),
        ({**STRONG, ("wiki", -1): 1}, ["wiki"]),
        ({key: count for key, count in STRONG.items() if key[0] != "payroll"}, ["payroll"]),
        ({**STRONG, ("old-app", 1): 1}, ["old-app"]),
    ],
)
def test_one_entry_point_misses_it(permits: dict[tuple[str, int], int], missed: list[str]) -> None:
    found = CONTROL.measured(decided(permits))
    assert (found.is_met, [one.id for one in found.parts[0].misses]) == (False, missed)


def test_it_is_unknown_where_decisions_were_not_read_to_their_end() -> None:
    assert CONTROL.measured(decided(STRONG, is_whole=False)).grade.word == "unknown"
    assert CONTROL.measured(Evidence(at=9, company=COMPANY)).grade.word == "unknown"


def test_apps_of_other_providers_are_entry_points_too() -> None:
    weak = WeakSignIn("u1", "ben@harbor.example", "p_ben", "Mail", "with a text message")
    imported = Imported("azure", 9, 1, (weak,), {"Mail": 1, "Sheets": 0})
    evidence = decided(STRONG)
    found = CONTROL.measured(replace(evidence, identity=replace(evidence.identity, imported=(imported,))))
    assert (found.is_met, [one.id for one in found.parts[1].misses]) == (False, ["azure Mail"])
