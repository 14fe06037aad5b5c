from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import new_folder

from limen.cli import question
from limen.company.load import load_company
from limen.company.places import database_url, journal_folder
from limen.company.publish import SERVER, publish
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.model import PersonStatus, Workload
from limen.identity.store import people, workloads
from limen.policy import Effect, Request
from limen.policy.hypothetical import Hypothetical
from limen.storage import Database, Keyring
from limen.storage.journal import Journal

NOW = 1_795_510_800_000


def test_a_past_decision_is_found_by_its_id_with_its_facts_and_its_revision(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    company = load_company(root)
    database = Database.open(database_url(root, company.settings))
    publish(database, company, SERVER, "first", NOW)
    journal = Journal.open(journal_folder(root, company.settings), Keyring.open(database, b"k" * 32).journal_keys)
    app = company.all_apps["handbook"]
    ana = Person("p1", "Ana", "ana@harbor.example", frozenset({"contractors"}), active=True)
    night = Hypothetical(at="2026-01-06 22:00")
    now = night.now(company.settings.zone)
    request = Request("view", "GET", "GET /**", app.host)
    decision = company.engine().decide(request, night.facts(ana, app, "view", now), now)
    decision_id = journal.decided("gateway", decision, "s1", "192.0.2.7", 5.0)
    journal.flush()
    journal.close()
    database.close()
    found = question.by_id(root, decision_id)
    again = found.explain().decision
    assert (again.effect, again.reasons, again.now, again.revision) == (
        Effect.DENY,
        decision.reasons,
        now,
        company.revision,
    )
    assert (found.who, found.app) == ("p1", "Handbook"), "whoever the database does not know is their id"
    database = Database.open(database_url(root, company.settings))
    database.write(lambda transaction: people.add(transaction.connection, ana, PersonStatus.ACTIVE, NOW))
    database.close()
    found = question.by_id(root, decision_id)
    assert found.who == "Ana"
    assert "Ana" not in str(found.to_file())
    service = Workload("p2", "ci", frozenset(), frozenset({"handbook"}), active=True)
    database = Database.open(database_url(root, company.settings))
    database.write(lambda transaction: workloads.add(transaction.connection, service, NOW))
    assert database.read(lambda snapshot: question.name_of(snapshot, "p2")) == "ci", "a service by its name, too"
    database.close()
    with pytest.raises(LimenError, match="there is no decision"):
        question.by_id(root, decision_id.replace(decision_id[-1], "9"))


def test_people_come_from_the_database_once_there_is_one(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "employees.yaml").write_text("- {id: a, name: Ada Example, email: ada@example.org, groups: [staff]}\n")
    found = question.supposed(root, Hypothetical(), "handbook", "view", person="ada", groups=[], nobody=False)
    assert found.who == "Ada Example"
    Database.open(database_url(root, load_company(root).settings)).close()
    with pytest.raises(LimenError, match="there is nobody called"):
        question.supposed(root, Hypothetical(), "handbook", "view", person="ada", groups=[], nobody=False)


def test_a_name_that_two_share_must_be_said_whole(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "employees.yaml").write_text(
        "- {id: a, name: Ada One, email: a@example.org, groups: [staff]}\n"
        "- {id: b, name: Ada Two, email: b@example.org, groups: [guests]}\n"
    )
    with pytest.raises(LimenError, match="may be Ada One, Ada Two"):
        question.supposed(root, Hypothetical(), "handbook", "view", person="Ada", groups=[], nobody=False)
    found = question.supposed(
        root, Hypothetical(), "handbook", "view", person="B@EXAMPLE.ORG", groups=["staff"], nobody=False
    )
    assert found.facts.person.groups == {"guests", "staff"}
