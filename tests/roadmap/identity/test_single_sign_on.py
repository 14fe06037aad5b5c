"""I5: every app is one that people come in to through Limen or the federated provider."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.harbor import app, company_of, federated

from limen.facts import Label
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.single_sign_on import CONTROL
from limen.storage.journal.usage import Use

APPS = (app("payroll", Label.CONFIDENTIAL), *(app(f"app{number}") for number in range(9)))


def used(*names: str) -> Evidence:
    uses = tuple(Use("p_ada", name, "view", "permit", (), "r", 1, 5) for name in names)
    return Evidence(at=9, company=company_of(*APPS), uses=uses)


ALL = tuple(one.id for one in APPS)


def test_it_is_met_with_nine_of_ten_and_all_that_are_confidential() -> None:
    found = CONTROL.measured(used(*ALL[:9]))
    assert (found.is_met, [one.share for one in found.parts]) == (True, [0.9, 1.0])


def test_one_app_less_or_the_confidential_one_misses_it() -> None:
    assert CONTROL.measured(used(*ALL[:8])).is_met is False
    found = CONTROL.measured(used(*ALL[1:]))
    assert (found.is_met, [one.id for one in found.parts[1].misses]) == (False, ["payroll"])


def test_where_people_sign_in_elsewhere_the_provider_has_to_be_federated() -> None:
    apps = {f"App {number}": 0 for number in range(5)}
    evidence = replace(used(*ALL), identity=IdentityEvidence(imported=(Imported("azure", 9, apps=apps),)))
    assert CONTROL.measured(evidence).is_met is False
    trusting = federated(company_of(*APPS), "https://login.microsoftonline.com/harbor/v2.0")
    found = CONTROL.measured(replace(evidence, company=trusting))
    assert (found.is_met, found.parts[0].denominator) == (True, 15)


def test_it_is_unknown_before_anything_is_published() -> None:
    assert CONTROL.measured(replace(used(*ALL), company=None)).grade.word == "unknown"
