"""I8: nothing speaks against an account being one person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.roadmap.people import member

from limen.company.unique_identities.listing import Listed
from limen.company.unique_identities.model import Account, Finding, Kind, Strength
from limen.identity.model import AccountDecision, Choice
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import Brokered, IdentityEvidence
from limen.roadmap.identity.shared_accounts import CONTROL

ADA, BEN = member("Ada"), member("Ben")


def finding(choice: Choice | None = None, kind: Kind = Kind.SHARED_USE) -> Finding:
    found = Finding(kind, Strength.STRONG, (Account("p_ben", "Ben"),), ())
    if choice is None:
        return found
    return found.decided(AccountDecision(found.id, kind, "p_ben", "", choice, 99, "looked at", "p_ada", 1))


def found(*findings: Finding, left_out: Mapping[Kind, int] | None = None) -> Evidence:
    listed = Listed(findings, dict(left_out or {}))
    return Evidence(at=5, members=(ADA, BEN), identity=IdentityEvidence(accounts=listed, brokered=()))


def test_it_is_met_where_nothing_was_found_or_it_is_one_person_after_all() -> None:
    for evidence in (found(), found(finding(Choice.ONE_PERSON)), found(finding(kind=Kind.WORKLOAD))):
        measured = CONTROL.measured(evidence)
        assert (measured.is_met, measured.parts[0].denominator) == (True, 2)


@pytest.mark.parametrize("evidence", [found(finding()), found(finding(Choice.SEPARATE)), found(finding(Choice.KEEP))])
def test_one_finding_misses_it(evidence: Evidence) -> None:
    measured = CONTROL.measured(evidence)
    assert (measured.is_met, [one.id for one in measured.parts[0].misses]) == (False, ["p_ben"])


def test_what_was_too_much_to_be_listed_counts() -> None:
    assert CONTROL.measured(found(left_out={Kind.SHARED_USE: 7})).parts[0].denominator == 9


def test_it_is_unknown_where_accounts_could_not_be_looked_at() -> None:
    silent = replace(found(), identity=IdentityEvidence(brokered=(Brokered("x", {}, is_stored=True),)))
    assert CONTROL.measured(silent).grade.word == "unknown"
