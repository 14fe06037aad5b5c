"""I7: what was known when it was decided, and what is enforced."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.harbor import app, company_of
from tests.roadmap.people import member

from limen.facts import Label
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.conditional_access import CONTROL
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.evidence import IdentityEvidence, PolicyElsewhere
from limen.roadmap.model import Part

WIKI, PAYROLL = app("wiki"), app("payroll", Label.RESTRICTED)
KNOWN = {("wiki", ()): 95, ("wiki", ("device",)): 5}


def decided(known: dict[tuple[str, tuple[str, ...]], int], *, is_whole: bool = True) -> Evidence:
    found = Decided({}, known, is_whole=is_whole)
    return Evidence(
        at=1_800_000_000_000,
        company=company_of(WIKI, PAYROLL),
        members=(member("Ada"),),
        identity=IdentityEvidence(decided=found),
    )


def parts(evidence: Evidence) -> tuple[Part, ...]:
    return CONTROL.measured(evidence).parts


def test_what_was_known_is_met_with_95_of_100() -> None:
    assert parts(decided(KNOWN))[0].is_met
    found = parts(decided({**KNOWN, ("wiki", ("risk",)): 1}))[0]
    assert (found.is_met, [one.id for one in found.misses]) == (False, ["wiki device", "wiki risk"])


def test_policies_of_the_phase_have_to_be_enforced() -> None:
    found = parts(decided(KNOWN))[1]
    assert found.denominator > 0
    assert all(one.why in {"report-only", "off"} for one in found.misses)


def test_sensitive_apps_are_tried_with_nothing_known() -> None:
    found = parts(decided(KNOWN))[2]
    assert ([one.id for one in found.rows], found.grade.word) == (["payroll"], "probed")
    nobody = replace(decided(KNOWN), members=())
    assert parts(nobody)[2].is_met is False


def test_it_is_unknown_where_decisions_could_not_be_read_or_nothing_is_published() -> None:
    assert CONTROL.measured(decided(KNOWN, is_whole=False)).grade.word == "unknown"
    assert CONTROL.measured(replace(decided(KNOWN), company=None)).grade.word == "unknown"


def test_policies_of_another_provider_count_where_an_export_names_them() -> None:
    before = decided(KNOWN)
    policies = (PolicyElsewhere("ca-1", "MFA"), PolicyElsewhere("ca-2", "Legacy", "it only reports"))
    for told, figure in ((policies, (1, 2)), (policies[:1], (1, 1)), ((), (0, 0))):
        found = parts(replace(before, identity=replace(before.identity, policies_elsewhere=told)))[-1]
        assert ((found.numerator, found.denominator), found.grade.word) == (figure, "imported")
        assert found.is_met is (figure == (1, 1))
    assert len(parts(before)) == 3
