"""Over a real migration and back, with data; and whatever goes wrong leaves the database as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.backup.saved_company import ADA, Served, make_older
from tests.postgresql import Cluster

from limen.backup.errors import BackupBusyError, BackupError, RehearsalFailedError
from limen.backup.upgrade import go_back, needs_upgrade, rehearse, upgrade
from limen.clock import SystemClock
from limen.company.places import database_of
from limen.identity.store import people
from limen.settings import Database as ServerSettings
from limen.storage import Database
from limen.storage.backend import backend_of
from limen.storage.database_check import counts_of, schema_of
from limen.storage.errors import DatabaseOlderError, DatabaseUnfitError
from limen.storage.journal import verify
from limen.storage.keyring import journal_key
from limen.storage.segments.lock import lock_chain
from limen.storage.upgrade import newest_version

NOW = SystemClock().now


@pytest.fixture
def older(served: Served) -> Served:
    make_older(served)
    return served


@pytest.mark.slow
def test_the_same_on_a_server(older: Served, postgresql: Cluster) -> None:
    with postgresql.database() as url:
        server = backend_of(url)
        server.put_back(older.database)
        settings = older.settings.model_copy(update={"database": ServerSettings(url=url)})
        before = server.digests()
        assert needs_upgrade(server) == "0006"
        with pytest.raises(DatabaseOlderError, match="limen upgrade"):
            Database.open(url)
        assert rehearse(older.root, settings, older.key, NOW()) == ("0006", newest_version())
        assert server.digests() == before
        done = upgrade(older.root, settings, older.key, NOW())
        assert (done.before, server.schema(), done.people) == ("0006", newest_version(), 1)
        go_back(older.root, settings, older.key, NOW())
        assert server.schema() == "0006"
        assert server.digests()["people"] == before["people"]


def test_over_a_real_migration_and_the_way_back(older: Served) -> None:
    before = counts_of(older.database)
    assert schema_of(older.database) == "0006"
    with pytest.raises(DatabaseOlderError, match="limen upgrade"):
        Database.open(older.database)
    assert needs_upgrade(database_of(older.root, older.settings)) == "0006"

    done = upgrade(older.root, older.settings, older.key, NOW())

    assert (done.before, done.after, done.people) == ("0006", newest_version(), 1)
    assert done.saved.stat().st_mode & 0o777 == 0o600
    database = Database.open(older.database)
    assert [one.person.id for one in database.read(lambda s: people.members(s.connection))] == [ADA.id]
    database.close()
    assert "mails" in counts_of(older.database)

    made = go_back(older.root, older.settings, older.key, NOW())

    assert made.schema == schema_of(older.database) == "0006"
    after = counts_of(older.database)
    assert "mails" not in after
    assert {name: rows for name, rows in after.items() if name not in {"not_before", "outbox"}} == {
        name: rows for name, rows in before.items() if name not in {"not_before", "outbox"}
    }
    assert after["not_before"] == 1
    assert verify(older.root / "data" / "journal", (journal_key(older.key),)).problems == ()
    assert upgrade(older.root, older.settings, older.key, NOW()).after == newest_version()


def test_a_rehearsal_changes_nothing(older: Served) -> None:
    was = older.database.read_bytes()
    assert rehearse(older.root, older.settings, older.key, NOW()) == ("0006", newest_version())
    assert older.database.read_bytes() == was


def test_what_does_not_hold_on_the_copy_is_not_done(older: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    was = older.database.read_bytes()
    monkeypatch.setattr("limen.backup.upgrade.failing_tests", lambda _: ("staff may view the wiki",))
    with pytest.raises(RehearsalFailedError, match="staff may view"):
        upgrade(older.root, older.settings, older.key, NOW())
    assert older.database.read_bytes() == was


def test_while_a_server_runs_nothing_is_brought_over(older: Served) -> None:
    with lock_chain(older.root / "data" / "journal" / "main"), pytest.raises(BackupBusyError, match="stop it first"):
        upgrade(older.root, older.settings, older.key, NOW())
    assert schema_of(older.database) == "0006"


def test_a_kill_in_the_middle_of_the_migration_leaves_it_as_it_was(
    older: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Database.open.__func__  # type: ignore[attr-defined]

    def killed(cls, where, **more):
        if not isinstance(where, Path):  # the company's own database, not a copy in a file
            monkeypatch.setattr("limen.storage.database.upgrade_if_needed", _half)
        return real(cls, where, **more)

    def _half(engine, **_):
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE mails (id TEXT)")
            raise KeyboardInterrupt

    monkeypatch.setattr(Database, "open", classmethod(killed))
    with pytest.raises(KeyboardInterrupt):
        upgrade(older.root, older.settings, older.key, NOW())
    assert schema_of(older.database) == "0006"
    assert "mails" not in counts_of(older.database)


def test_an_older_limen_refuses_a_newer_database_and_says_the_way(served: Served) -> None:
    engine = create_engine(f"sqlite:///{served.database}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    engine.dispose()
    with pytest.raises(DatabaseUnfitError, match="upgrade --back"):
        Database.open(served.database)
    with pytest.raises(DatabaseUnfitError, match="9998"):
        needs_upgrade(database_of(served.root, served.settings))


def test_without_an_upgrade_there_is_no_way_back(served: Served) -> None:
    with pytest.raises(BackupError, match="no backup from before"):
        go_back(served.root, served.settings, served.key, NOW())
    with pytest.raises(BackupError, match="up to date"):
        upgrade(served.root, served.settings, served.key, NOW())
