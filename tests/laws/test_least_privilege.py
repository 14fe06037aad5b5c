"""A narrowed proposal refuses no request that was used: a replay of the days it was made from finds nobody refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.dial import size
from tests.laws.recorded_days import BEGAN, keep_days

from limen.access.least.unused import Permitted, unused
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.narrower import all_narrower, narrower
from limen.company.rehearsal import Turn, rehearse
from limen.demo import harbor
from limen.facts import Person
from limen.policy.access_diff.diff import newly_reachable
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.reader import Reader
from limen.storage.journal.usage import usage

NOBODY: dict[str, Person] = {}
REFUSED = (Turn.LOSES, Turn.ASKED, Turn.STUCK)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(harbor.folder())


def proposed(company: Company, root: Path) -> tuple[Permitted, ...]:
    return unused(company.engine(), usage(Reader(root), 0), NOBODY, company.all_apps.values())


def refused(root: Path, before: Company, after: Company) -> list[tuple[str, str, str]]:
    found = rehearse(before, after, past_decisions(Reader(root), BEGAN))
    assert found.replayed
    return [(one.turn, one.app, one.action) for turn in REFUSED for one in found.of(turn)]


@pytest.mark.parametrize("seed", range(size(12, least=3)))
def test_no_used_request_is_refused_by_what_is_proposed(company: Company, tmp_path: Path, seed: int) -> None:
    keep_days(tmp_path, company, 60 + 40 * (seed % 4), seed)
    found = proposed(company, tmp_path)
    assert any(one.never and one.kept for one in found)  # else it would be no test
    files, done = all_narrower(company, found)
    after = candidate(company, files)
    assert refused(tmp_path, company, after) == []
    people = [
        Person(f"p{n}", groups=frozenset({group}), active=True) for n, group in enumerate(company.settings.groups)
    ]
    reach = newly_reachable(company.engine(), after.engine(), people, company.apps, since=BEGAN)
    assert reach.differences
    assert not any(one.gains for one in reach.differences)
    named = company.files["policies/tests.yaml"]  # what a test names is removed by whoever changes the test with it
    for one in found:
        if one.never and not one.kept and one.policy not in named:
            assert refused(tmp_path, company, candidate(company, narrower(company, one))) == []
    assert done


def test_nor_by_what_is_proposed_under_newer_rules(company: Company, tmp_path: Path) -> None:
    """The days were decided by other rules: a permit of then is gone, and one of today did not exist."""
    text = """@id("then") permit (principal in Group::"staff", action in [Action::"view", Action::"edit"],
      resource == App::"warehouse") when { context.auth.strength >= 1 };"""
    older = candidate(company, {"policies/60-then.cedar": text})
    newer = candidate(company, {"policies/60-now.cedar": text.replace('"then"', '"now"')})
    keep_days(tmp_path, older, size(400, least=200))
    found = proposed(newer, tmp_path)
    files, _ = all_narrower(newer, found)
    assert refused(tmp_path, newer, candidate(newer, files)) == []


def test_the_law_can_fail(company: Company, tmp_path: Path) -> None:
    """What was used and is left out nevertheless is noticed."""
    keep_days(tmp_path, company, size(2_000, least=600))
    (staff,) = [one for one in proposed(company, tmp_path) if one.policy == "staff-work"]
    assert "view" in staff.kept
    wrong = replace(staff, never=("view",), kept=("edit",))
    assert refused(tmp_path, company, candidate(company, narrower(company, wrong)))
