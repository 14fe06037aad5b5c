"""I11: two ways in, both tried, and an alert each time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.people import member

from limen.access.standing.listing import BREAK_GLASS
from limen.clock import DAY, SECOND
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.emergency_access import CONTROL
from limen.roadmap.identity.evidence import GlassBroken, IdentityEvidence

NOW = 200 * DAY
ONE, TWO = (member(name, groups=(BREAK_GLASS,)) for name in ("One", "Two"))


def used(person_id: str, days_ago: int = 1, alerted_after: int = 2 * SECOND) -> GlassBroken:
    at = NOW - days_ago * DAY
    return GlassBroken(f"e_{person_id}", at, person_id, at + alerted_after if alerted_after else 0)


def after(*uses: GlassBroken) -> Evidence:
    return Evidence(at=NOW, members=(ONE, TWO, member("Ada")), identity=IdentityEvidence(glass=uses))


def test_it_is_met_after_a_drill_of_both() -> None:
    found = CONTROL.measured(after(used("p_one"), used("p_two", 89)))
    assert (found.is_met, [one.denominator for one in found.parts]) == (True, [2, 2])


@pytest.mark.parametrize(
    "evidence",
    [
        after(used("p_one"), used("p_two", 91)),
        after(used("p_one"), used("p_two", alerted_after=0)),
        after(used("p_one"), used("p_two", alerted_after=61 * SECOND)),
        replace(after(used("p_one")), members=(ONE,)),
    ],
)
def test_it_misses_by_one(evidence: Evidence) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, min(len(one.rows) - len(one.misses) for one in found.parts) <= 1) == (False, True)


def test_it_is_unknown_where_the_journal_could_not_be_read_or_nobody_tried() -> None:
    assert CONTROL.measured(replace(after(), identity=IdentityEvidence())).grade.word == "unknown"
    assert CONTROL.measured(after()).grade.word == "unknown"
