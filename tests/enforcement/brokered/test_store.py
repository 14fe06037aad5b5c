"""The secrets of shared accounts: sealed, and good for one account at one site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.enforcement.brokered.test_at_vendor import APP

from limen.enforcement.brokered import store
from limen.storage import Database, Keyring


def test_it_is_opened_for_its_account_at_its_site_alone(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    keyring = Keyring.open(database, b"m" * 32)
    database.write(lambda t: store.keep(t.connection, keyring, APP, "s3cret-of-the-vendor", 1_000))
    assert APP.account is not None
    elsewhere = replace(APP, upstream=replace(APP.upstream, url="https://evil.example"))
    another = replace(APP, account=replace(APP.account, user="admin"))
    found = [
        database.read(lambda s, app=app: store.secret_of(s.connection, keyring, app)).text
        for app in (APP, elsewhere, another, replace(APP, id="other"), replace(APP, account=None))
    ]
    assert found == ["s3cret-of-the-vendor", "", "", "", ""]
    assert b"s3cret-of-the-vendor" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert database.read(lambda s: store.stored(s.connection))["wiki"].stored_at == 1_000
    database.write(lambda t: store.reminded(t.connection, "wiki", 2_000))
    assert database.read(lambda s: store.stored(s.connection))["wiki"].reminded_at == 2_000
    assert [database.write(lambda t: store.drop(t.connection, "wiki")) for _ in range(2)] == [True, False]
    database.close()
