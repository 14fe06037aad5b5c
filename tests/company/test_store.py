from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from tests.company.company_folder import new_folder

from limen.company import store
from limen.company.load import load_company
from limen.storage import Database


def test_a_company_comes_back_from_the_database_whole(tmp_path: Path) -> None:
    company = load_company(new_folder(tmp_path))
    database = Database.open(tmp_path / "limen.db")
    assert database.read(store.newest) is None
    database.write(lambda transaction: store.add(transaction, company, "p1", "why", 7))
    again = database.read(lambda snapshot: store.company_of(snapshot, company.revision))
    assert again is not None
    assert (again.revision, again.all_apps) == (company.revision, company.all_apps)
    assert database.read(lambda snapshot: store.company_of(snapshot, "other")) is None
    database.close()


def test_a_revision_of_another_limen_is_refused_and_not_half_read(tmp_path: Path) -> None:
    company = load_company(new_folder(tmp_path))
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda transaction: store.add(transaction, company, "p1", "why", 7))
    database.write(
        lambda transaction: transaction.connection.execute(update(store.revisions).values(content='{"format": 99}'))
    )
    with pytest.raises(ValueError, match="another Limen"):
        database.read(lambda snapshot: store.company_of(snapshot, company.revision))
    database.close()
