from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.company.company_folder import new_folder
from tests.company.small_folder import small_folder

from limen.company import store
from limen.company.load import load_company
from limen.storage import Database


def test_a_company_comes_back_from_the_database_whole(tmp_path: Path, where: str) -> None:
    company = load_company(new_folder(tmp_path))
    database = Database.open(where)
    assert database.read(store.newest) is None
    database.write(lambda transaction: store.add(transaction, company, "p1", "why", 7))
    again = database.read(lambda snapshot: store.company_of(snapshot, company.revision))
    assert again is not None
    assert (again.revision, again.all_apps) == (company.revision, company.all_apps)
    assert database.read(lambda snapshot: store.company_of(snapshot, "other")) is None
    database.close()


def test_a_revision_of_another_limen_is_refused_and_not_half_read(tmp_path: Path, where: str) -> None:
    company = load_company(new_folder(tmp_path))
    database = Database.open(where)
    database.write(lambda transaction: store.add(transaction, company, "p1", "why", 7))
    database.write(
        lambda transaction: transaction.connection.execute(update(store.revisions).values(content='{"format": 99}'))
    )
    with pytest.raises(ValueError, match="different version of Limen"):
        database.read(lambda snapshot: store.company_of(snapshot, company.revision))
    database.close()


def test_texts_are_kept_exactly_once_each_and_found_again(tmp_path: Path, where: str) -> None:
    root = small_folder(tmp_path)
    (root / "apps.yaml").write_bytes((root / "apps.yaml").read_bytes().replace(b"\n", b"\r\n"))
    company = load_company(root)
    database = Database.open(where)
    first = database.write(lambda one: store.add(one, company, "p1", "why", 7))
    database.write(lambda one: store.add(one, company, "p1", "again", 8))
    again = database.read(lambda one: store.company_of(one, company.revision))
    assert again is not None
    assert again.files == company.files
    assert "\r\n" in again.files["apps.yaml"]
    kept = database.read(lambda one: one.connection.execute(select(store.revision_texts.c.text)).all())
    assert sorted(text for (text,) in kept) == sorted(company.files.values())
    texts = [company.files["limen.toml"], "never published"]
    assert database.read(lambda one: store.holds_texts(one, texts)) == {company.files["limen.toml"]}
    assert database.read(lambda one: store.has_texts(one, first, company.files))
    assert not database.read(lambda one: store.has_texts(one, first, {**company.files, "apps.yaml": ""}))
    database.close()


def test_what_was_known_when_it_was_published_stands_beside_a_revision(tmp_path: Path, where: str) -> None:
    company = load_company(small_folder(tmp_path))
    database = Database.open(where)
    beside = store.Beside(tests=4, proof={"who": "p1"}, effect={"lost": 3})
    first = database.write(lambda one: store.add(one, company, "p1", "why", 7, via="console", beside=beside))
    assert database.read(store.newest) == first
    assert (first.via, first.beside) == ("console", beside)
    assert database.read(lambda one: store.named(one, company.revision[:6])) == [first]
    assert database.read(lambda one: store.named(one, "%")) == []
    second = database.write(lambda one: store.add(one, company, "server", "again", 8))
    assert database.read(lambda one: store.since(one, first.seq)) == [second]
    database.close()


def test_a_publication_is_found_by_its_number_with_the_one_before(tmp_path: Path, where: str) -> None:
    company = load_company(small_folder(tmp_path))
    database = Database.open(where)
    first = database.write(lambda one: store.add(one, company, "p1", "why", 7))
    second = database.write(lambda one: store.add(one, company, "p1", "again", 8))
    assert database.read(lambda one: store.at(one, second.seq)) == (second, first)
    assert database.read(lambda one: store.at(one, first.seq)) == (first, None)
    assert database.read(lambda one: store.at(one, second.seq + 1)) == (None, None)
    database.close()
