from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.company import store
from limen.company.company import Company
from limen.company.load import FolderError, load_company
from limen.company.publish import SERVER, publish
from limen.errors import LimenError
from limen.events import Event
from limen.storage import Database
from limen.storage.tables import changes, outbox

NOW = 1_795_510_800_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.fixture
def company(root: Path) -> Company:
    return load_company(root)


def rows(database: Database, table) -> list:
    return database.read(lambda snapshot: list(snapshot.connection.execute(select(table))))


def test_a_publication_is_a_revision_a_change_and_an_event(database: Database, company: Company) -> None:
    revision = publish(database, company, SERVER, "first  try\n", NOW)
    assert (revision.id, revision.author, revision.reason, revision.at) == (company.revision, SERVER, "first try", NOW)
    assert database.read(store.newest) == revision
    assert [(row.kind, row.key) for row in rows(database, changes)] == [("revision", company.revision)]
    (said,) = [msgspec.json.decode(row.event, type=Event) for row in rows(database, outbox)]
    assert (said.kind, said.actor, said.subject) == ("revision.published", SERVER, company.revision)
    assert said.details == {"previous": "", "why": "first try", "via": "server"}


def test_what_is_in_force_already_is_not_published_again(database: Database, company: Company) -> None:
    first = publish(database, company, SERVER, "first", NOW)
    assert publish(database, company, SERVER, "again", NOW + 1) == first
    assert len(rows(database, outbox)) == 1


def test_an_earlier_revision_can_be_published_again(database: Database, root: Path, company: Company) -> None:
    publish(database, company, SERVER, "first", NOW)
    change(root, "apps.yaml", "owner: staff", "owner: administrators")
    publish(database, load_company(root), "p1", "second", NOW + 1)
    publish(database, company, "p1", "back", NOW + 2)
    history = database.read(store.history)
    assert [one.reason for one in history] == ["back", "second", "first"]
    assert history[0].id == history[2].id
    assert history[0].seq > history[2].seq


def test_a_company_whose_tests_fail_is_not_published(database: Database, company: Company) -> None:
    broken = replace(company, tests=(replace(company.tests[0], effect=company.tests[1].effect),))
    with pytest.raises(FolderError, match="was expected"):
        publish(database, broken, SERVER, "try", NOW)
    assert rows(database, store.revisions) == []


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_publication_needs_a_reason(database: Database, company: Company, reason: str) -> None:
    with pytest.raises(LimenError, match="needs a reason"):
        publish(database, company, SERVER, reason, NOW)


def test_half_a_publication_is_none(database: Database, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from limen.storage.database import Transaction

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Transaction, "say", fail)
    with pytest.raises(OSError, match="disk full"):
        publish(database, company, SERVER, "try", NOW)
    assert rows(database, store.revisions) == []
    assert rows(database, changes) == []
