"""What lasts between looks, and what does not: other people, another company, and a company in which time decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.roadmap.harbor import app, company_of

from limen.company.company import Company
from limen.roadmap.lasting import is_timeless, lasting

NOW = 1_000
POLICY: Mapping[str, str] = {"policies/00-limen.cedar": "permit (principal, action, resource);"}
AT_AN_INSTANT: Mapping[str, str] = {
    "policies/50-until.cedar": 'permit (principal, action, resource) when { context.now < datetime("2027-01-01") };'
}


def company(files: Mapping[str, str] = POLICY, onboarding_until: int = 0) -> Company:
    return replace(company_of(replace(app("wiki"), onboarding_until=onboarding_until)), files=files)


def test_the_same_of_the_same_people_is_made_once() -> None:
    made: list[int] = []
    of = company()
    for about in ("ada", "ada", "ben", "ada"):
        lasting(of, "access", about, NOW, lambda: made.append(1))
    assert len(made) == 3  # of each name one is kept
    lasting(of, "stores", "ada", NOW, lambda: made.append(1))
    lasting(company(), "access", "ada", NOW, lambda: made.append(1))
    assert len(made) == 5


@pytest.mark.parametrize(
    "of",
    [company({**POLICY, **AT_AN_INSTANT}), company(onboarding_until=NOW + 1), company({})],
    ids=["an instant in a policy", "an app in onboarding", "files that are not known"],
)
def test_where_time_decides_it_is_made_anew(of: Company) -> None:
    assert not is_timeless(of, NOW)
    made: list[int] = []
    for _ in range(3):
        lasting(of, "access", "ada", NOW, lambda: made.append(1))
    assert len(made) == 3


def test_onboarding_that_is_over_and_files_that_are_no_policies_decide_nothing() -> None:
    assert is_timeless(company({**POLICY, "apps.yaml": "datetime("}, onboarding_until=NOW), NOW)
