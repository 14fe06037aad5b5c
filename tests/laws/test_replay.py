"""Replaying the policies in force over what was decided by them changes nothing, a hundred thousand decisions long."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dial import size
from tests.laws.recorded_days import BEGAN, KEYS, Kept, keep_days

from limen.company.company import Company
from limen.company.load import load_company
from limen.company.rehearsal import Rehearsal, Turn, rehearse
from limen.demo import harbor
from limen.policy import Effect
from limen.storage.journal import Journal
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.reader import Reader

DECISIONS = size(100_000)


@pytest.fixture(scope="module", autouse=True)
def rarely_collected() -> Iterator[None]:
    """As the server has it: facts by the hundred thousand would be looked through again and again."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(harbor.folder())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal")


@pytest.fixture(scope="module")
def kept(root: Path, company: Company) -> Kept:
    return keep_days(root, company, DECISIONS)


def replayed(root: Path, before: Company, after: Company) -> Rehearsal:
    return rehearse(before, after, past_decisions(Reader(root), BEGAN))


def test_the_current_revision_changes_nothing_of_so_many_decisions(root: Path, company: Company, kept: Kept) -> None:
    found = replayed(root, company, company)
    assert len(kept.effects) == DECISIONS
    assert (found.distinct, found.replayed) == (DECISIONS, DECISIONS)
    assert (found.differences, found.other_reasons, found.left_out, found.unknown) == (0, 0, 0, 0)
    effects = set(kept.effects.values())
    assert effects == {"permit", "challenge", "deny"}  # else it would be no test


def test_every_decision_that_another_policy_turns_is_found_and_no_other(
    root: Path, company: Company, kept: Kept
) -> None:
    """With no policy left, whoever was permitted anything loses it: as many as were permitted."""
    nothing = replace(company.policies, tree={**company.policies.tree, "staticPolicies": {}})
    found = replayed(root, company, replace(company, policies=nothing, revision="none"))
    permitted = sum(effect == Effect.PERMIT for effect in kept.effects.values())
    assert sum(one.count for one in found.of(Turn.LOSES)) == permitted > DECISIONS // 20
    for one in found.of(Turn.LOSES)[:5]:
        assert {kept.effects[example] for example in one.examples} == {"permit"}


@pytest.mark.slow
def test_sealed_segments_tell_the_same(root: Path, company: Company, kept: Kept) -> None:
    """The journal seals its hours when it is opened next; a replay reads what is sealed and what is not."""
    journal = Journal.open(root, KEYS)
    for _ in range(600):
        if not [name for name, _ in Reader(root).segments()[:-2] if not name.is_sealed]:
            break
        journal._sealing._thread.join(0.1)
    journal.close()
    assert any(name.is_sealed for name, _ in Reader(root).segments())
    found = replayed(root, company, company)
    assert (found.distinct, found.differences, found.other_reasons) == (DECISIONS, 0, 0)
    assert kept.until > BEGAN
