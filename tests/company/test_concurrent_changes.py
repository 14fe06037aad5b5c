from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.candidate import added, candidate
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.concurrent_changes import published_since, undone
from limen.company.load import load_company
from limen.company.publish import CONSOLE, SERVER, publish
from limen.company.states import in_state
from limen.policy import State
from limen.storage import Database

OFFICE = "payroll-from-the-office"
OWN = (
    '@id("own")\n@title("Own")\n'
    'permit (principal, action == Action::"share", resource == App::"wiki") when { context.auth.strength >= 2 };'
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


@pytest.fixture
def database(where: str, company: Company) -> Iterator[Database]:
    database = Database.open(where)
    publish(database, company, SERVER, "Begin", 1)
    yield database
    database.close()


def test_what_others_published_since_is_told_the_newest_first(database: Database, company: Company) -> None:
    assert database.read(lambda one: published_since(one, company.revision)) == ()
    enforced = in_state(company, OFFICE, State.ENFORCE)
    publish(database, enforced, "p1", "the office is ready", 2, via=CONSOLE)
    publish(database, in_state(company, OFFICE, State.OFF), "p1", "it was not", 3, via=CONSOLE)
    found = database.read(lambda one: published_since(one, company.revision))
    assert [one.reason for one in found] == ["it was not", "the office is ready"]
    assert str(found[1]) == f"{enforced.revision[:12]}, published by p1 because “the office is ready”"
    assert [one.reason for one in database.read(lambda one: published_since(one, ""))][-1] == "Begin"


def test_an_undoing_is_told_and_what_is_ones_own_is_not(database: Database, company: Company) -> None:
    enforced = in_state(company, OFFICE, State.ENFORCE)
    publish(database, enforced, "p1", "the office is ready", 2, via=CONSOLE)
    in_force = candidate(enforced, added(enforced, OWN))
    publish(database, in_force, "p1", "another", 3, via=CONSOLE)
    after = candidate(company, added(company, OWN.replace(">= 2", ">= 3")))
    found = changes(in_force, after)
    assert {(one.kind, one.name) for one in found} == {("policy", OFFICE), ("policy", "own")}
    told = database.read(lambda one: undone(one, after, found))
    assert {key: one.reason for key, one in told.items()} == {("policy", OFFICE): "the office is ready"}


def test_the_first_publication_is_never_undone(database: Database, company: Company) -> None:
    after = in_state(company, OFFICE, State.ENFORCE)
    assert database.read(lambda one: undone(one, after, changes(company, after))) == {}
