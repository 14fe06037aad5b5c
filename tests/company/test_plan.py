from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder
from tests.company.test_rehearsal import asked

from limen.company.company import Company
from limen.company.gate import FIRST_ADMINISTRATOR
from limen.company.load import load_company
from limen.company.plan import kept_sentences, plan, predict, reach_sentences
from limen.company.states import in_state
from limen.facts import Factor, Person
from limen.policy import State
from limen.policy.proof.lockout import Candidate
from limen.storage.journal.reader import Reader


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def test_a_plan_tells_changes_tests_and_effect_and_publishes_nothing(company: Company) -> None:
    after = in_state(company, "payroll-from-the-office", State.ENFORCE)
    finance = ("staff", "finance")
    day = [
        asked(company, "p1", "payroll", groups=finance, address="203.0.113.1", count=5),
        asked(company, "p2", "wiki"),
    ]
    found = plan(company, after, day, since=1, until=2)
    assert (found.before, found.after) == (company.revision, after.revision)
    assert [str(one) for one in found.changes] == [
        "policy payroll-from-the-office changed: from report-only to enforce"
    ]
    assert (found.tests, found.failing, found.is_publishable, found.changes_nothing) == (4, (), True, False)
    effect = json.loads(json.dumps(found.effect))
    assert (effect["replayed"], effect["differences"], effect["turns"]) == (6, 5, {"loses": 5})
    assert effect["turned"][0]["person"] == "p1"


def test_what_fails_its_tests_is_told_and_not_publishable(company: Company) -> None:
    found = plan(company, in_state(company, "staff-work", State.OFF))
    assert not found.is_publishable
    assert [problem.file for problem in found.failing] == ["policies/tests.yaml"]


def test_of_a_first_revision_nothing_can_be_replayed(company: Company) -> None:
    found = plan(None, company, [])
    assert (found.before, found.rehearsal, found.effect) == ("", None, {})


def test_a_journal_that_is_not_there_yet_replays_nothing(company: Company, tmp_path: Path) -> None:
    found = predict(company, company, Reader(tmp_path / "none"), (FIRST_ADMINISTRATOR,), 1_795_510_800_000)
    assert found.changes_nothing
    assert found.rehearsal is not None
    assert found.rehearsal.replayed == 0


def test_who_could_do_what_is_told_of_the_people_there_are(company: Company) -> None:
    finance = Candidate(Person("p1", groups=frozenset({"staff", "finance"}), active=True), frozenset({Factor.PASSKEY}))
    after = in_state(company, "payroll-from-the-office", State.ENFORCE)
    found = plan(company, after, [], (finance, FIRST_ADMINISTRATOR), until=1_795_510_800_000)
    assert found.is_publishable
    assert found.reach is not None
    assert {person for one in found.reach.differences for person in one.people} == {"p1", "someone in finance"}
    said = reach_sentences(found, company, after, {"p1": "Maren Petersen"})
    assert any(one.startswith("Maren Petersen and “Finance” lose Payroll") for one in said)


def test_where_there_is_nobody_yet_one_person_of_each_group_is_supposed(company: Company) -> None:
    after = in_state(company, "payroll-from-the-office", State.ENFORCE)
    found = plan(company, after, [], (FIRST_ADMINISTRATOR,), until=1_795_510_800_000)
    why, *said = reach_sentences(found, company, after, {})
    assert (
        why == "There are too few people to compare, so this assumes a hypothetical member of each group in limen.toml."
    )
    assert said
    assert all(one.startswith("“Finance” loses Payroll · ") for one in said)
    two = [Candidate(Person(name, groups=frozenset({"staff"}), active=True), frozenset()) for name in ("p1", "p2")]
    assert plan(company, after, [], two, until=1_795_510_800_000).supposed == {}


def test_a_change_that_turns_nothing_supposes_nobody_aloud(company: Company) -> None:
    found = plan(company, company, [], (FIRST_ADMINISTRATOR,), until=1_795_510_800_000)
    assert reach_sentences(found, company, company, {}) == ()


def test_who_gains_and_loses_is_kept_by_ids_and_told_by_names(company: Company) -> None:
    finance = Candidate(Person("p1", groups=frozenset({"staff", "finance"}), active=True), frozenset({Factor.PASSKEY}))
    staff = Candidate(Person("p2", groups=frozenset({"staff"}), active=True), frozenset({Factor.PASSKEY}))
    after = in_state(company, "payroll-from-the-office", State.ENFORCE)
    found = plan(company, after, [], (finance, staff), until=1_795_510_800_000)
    effect = json.loads(json.dumps(found.effect))
    assert "⟨p1⟩ loses Payroll" in effect["reach"][0]
    names = {"p1": "Maren Petersen"}
    assert kept_sentences(effect, names) == reach_sentences(found, company, after, names)
    assert kept_sentences({}, names) == ()
