"""The keys of SAML, as rows."""

from __future__ import annotations

from pathlib import Path

from limen.sso.saml import store
from limen.storage import Database


def test_the_key_that_signs_last_is_first(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: store.add_key(t.connection, "a", b"1", 10, 10))
    database.write(lambda t: store.add_key(t.connection, "b", b"2", 20, 90))
    assert database.read(lambda s: store.keys(s.connection)) == [("b", b"2", 20, 90), ("a", b"1", 10, 10)]
    database.write(lambda t: store.drop_keys(t.connection, ["a"]))
    assert [row[0] for row in database.read(lambda s: store.keys(s.connection))] == ["b"]
    database.close()
