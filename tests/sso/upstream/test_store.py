"""The secrets that Limen has at issuers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.sso.upstream import store
from limen.storage import Database, Keyring


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.open(tmp_path / "limen.db")
    yield made
    made.close()


def test_a_secret_is_sealed_and_replaced(database: Database) -> None:
    keyring = Keyring.open(database, bytes(32))
    for secret in ("the first", "the second"):
        database.write(lambda t, said=secret: store.keep_secret(t.connection, keyring, "https://idp.example", said, 1))
    sealed = database.read(lambda s: s.connection.execute(store.upstream_secrets.select()).all())
    assert len(sealed) == 1
    assert b"second" not in sealed[0].sealed
    assert database.read(lambda s: store.secret_of(s.connection, keyring, "https://idp.example")) == "the second"
    assert database.read(lambda s: store.secret_of(s.connection, keyring, "https://other.example")) == ""
    assert database.read(lambda s: store.with_secrets(s.connection)) == {"https://idp.example"}
