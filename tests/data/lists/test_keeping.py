"""Lists are kept under keys of their own."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from tests.data.data_yaml import rules_of

from limen.data.documents import Inspected
from limen.data.lists import keeping, store
from limen.data.lists.fingerprints import fingerprint_of
from limen.data.lists.keeping import ListError, keep_documents, keep_rows, key_for, matchers_of, missing, remove
from limen.data.model import Confidence
from limen.data.rules.content import content_of
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import NO_RULES
from limen.data.scanning.scanner import MOST
from limen.storage import Database, Keyring
from limen.storage.errors import SealBrokenError

RULES = rules_of(
    "exact: {customers: {name: Customers, fields: [number, name]}}\nfingerprints: {contracts: {name: Contracts}}\n"
)
ROWS = [("K-10042", "Anna Berger"), ("K-1", "x")]
TEXT = b" ".join(b"w%d" % number for number in range(200))


def _kept(database: Database):
    return database.read(lambda snapshot: store.every(snapshot.connection))


def _keep_documents(database: Database, keyring: Keyring, **texts: bytes) -> int:
    key = database.read(lambda snapshot: key_for(snapshot, keyring, "contracts"))
    documents = [fingerprint_of(name, text, key) for name, text in texts.items()]
    return database.write(lambda t: keep_documents(t, keyring, "contracts", documents, key, 7, "p1"))


def _keep(database: Database, keyring: Keyring) -> None:
    database.write(lambda t: keep_rows(t, keyring, RULES.exact[0], ROWS, 7, "p1"))
    _keep_documents(database, keyring, a=TEXT)


def test_rows_are_kept_and_how_many_are_never_found_is_told(database: Database, keyring: Keyring) -> None:
    assert database.write(lambda t: keep_rows(t, keyring, RULES.exact[0], ROWS, 7, "p1")) == (2, 1)
    (kept,) = _kept(database)
    assert (kept.name, kept.kind, kept.entries, kept.kept_at) == ("customers", "exact", 2, 7)
    assert b"10042" not in kept.body
    with pytest.raises(ListError):
        database.write(lambda t: keep_rows(t, keyring, RULES.exact[0], [], 7, "p1"))


def test_documents_are_added_to_those_that_are_there(database: Database, keyring: Keyring) -> None:
    _keep(database, keyring)
    assert _keep_documents(database, keyring, b=TEXT + b" more words here", a=TEXT) == 2
    with pytest.raises(ListError):
        database.write(lambda t: keep_documents(t, keyring, "contracts", [], bytes(32), 8, "p1"))


def test_too_much_is_refused_and_nothing_changes(
    database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(database, keyring)
    for bound in ("MOST_DOCUMENTS", "MOST_KEPT", "MOST_BYTES"):
        with monkeypatch.context() as patched:
            patched.setattr(keeping, bound, 1)
            with pytest.raises(ListError):
                _keep_documents(database, keyring, b=TEXT)
    assert [one.entries for one in _kept(database)] == [1, 2]


def test_only_what_is_declared_so_is_looked_for(database: Database, keyring: Keyring) -> None:
    _keep(database, keyring)
    kept = _kept(database)
    assert [one.name for one in matchers_of(kept, keyring, RULES)] == ["contracts", "customers"]
    assert matchers_of(kept, keyring, NO_RULES) == []
    other = replace(RULES, exact=(replace(RULES.exact[0], fields=("name", "number")),))
    assert [one.name for one in matchers_of(kept, keyring, other)] == ["contracts"]
    assert missing(kept, other) == ["customers"]
    assert missing(kept, RULES) == []
    assert missing([], RULES) == ["customers", "contracts"]


def test_a_list_opens_under_its_own_name_alone(database: Database, keyring: Keyring) -> None:
    """Whoever writes to the database can't have one list looked for as another."""
    _keep(database, keyring)
    contracts, customers = _kept(database)
    with pytest.raises(SealBrokenError):
        matchers_of([replace(customers, sealed_key=contracts.sealed_key)], keyring, RULES)


def test_what_can_t_be_read_is_said(database: Database, keyring: Keyring) -> None:
    _keep(database, keyring)
    with pytest.raises(ListError):
        matchers_of([replace(one, body=b"\xff") for one in _kept(database)], keyring, RULES)


def test_in_doubt_a_list_that_can_t_be_read_counts_as_found(database: Database, keyring: Keyring) -> None:
    _keep(database, keyring)
    contracts, customers = _kept(database)
    broken = [replace(contracts, body=b"\xff"), replace(customers, sealed_key=contracts.sealed_key)]
    matchers = pickle.loads(pickle.dumps(matchers_of(broken, keyring, RULES, in_doubt=True)))
    found = ContentScanner(scanner_of(RULES, bytes(32)), matchers).text(b"anything")
    content = content_of(Inspected("text", found))
    assert [content.number_of(name, Confidence.HIGH) for name in ("contracts", "customers")] == [MOST, MOST]


def test_a_removed_list_is_gone(database: Database, keyring: Keyring) -> None:
    _keep(database, keyring)
    database.write(lambda t: remove(t, "customers", 9, "p1"))
    assert [one.name for one in _kept(database)] == ["contracts"]
    with pytest.raises(ListError):
        database.write(lambda t: remove(t, "customers", 9, "p1"))
