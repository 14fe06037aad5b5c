"""Signing keys: made once, sealed at rest, the same after a restart."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from limen.enforcement.store import keep_signing_keys, signing_keys
from limen.storage.database import Database
from limen.storage.errors import SealBrokenError
from limen.storage.keyring import Keyring

NOW = 1_795_000_000_000
MASTER = b"m" * 32


@pytest.fixture
def database(where: str) -> Database:
    return Database.open(where)


def test_keys_are_made_once_and_survive_a_restart(database: Database) -> None:
    keyring = Keyring.open(database, MASTER)
    first = database.write(lambda transaction: keep_signing_keys(transaction, keyring, NOW))
    again = database.write(lambda transaction: keep_signing_keys(transaction, Keyring.open(database, MASTER), NOW + 1))
    assert first == again
    assert first.private[0]["d"]
    assert len(first.pairwise) == 32


def test_the_database_never_holds_them_in_the_clear(database: Database) -> None:
    keyring = Keyring.open(database, MASTER)
    kept = database.write(lambda transaction: keep_signing_keys(transaction, keyring, NOW))
    rows = database.read(lambda snapshot: snapshot.connection.scalars(select(signing_keys.c.sealed)).all())
    assert len(rows) == 2
    assert not any(kept.private[0]["d"].encode() in row or kept.pairwise in row for row in rows)


def test_another_master_key_does_not_open_them(database: Database) -> None:
    keyring = Keyring.open(database, MASTER)
    database.write(lambda transaction: keep_signing_keys(transaction, keyring, NOW))
    with pytest.raises(SealBrokenError):
        Keyring.open(database, b"x" * 32)
