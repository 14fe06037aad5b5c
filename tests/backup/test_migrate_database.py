"""A company's database goes to a server and back: whole, or not at all, or so that no server starts."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.backup.saved_company import Served, serve_once
from tests.postgresql import Cluster

from limen.app import open_limen
from limen.backup.errors import BackupBusyError, BackupError
from limen.backup.migrate_database import move, rehearse, stay
from limen.backup.restore import restore
from limen.clock import SystemClock
from limen.company.load import load_company, load_settings
from limen.company.places import database_of, journal_folder, key_file
from limen.errors import LimenError
from limen.storage import Database
from limen.storage.backend import backend_of
from limen.storage.database_check import counts_of
from limen.storage.errors import CopyFailedError, DatabaseTakenError
from limen.storage.journal import Journal
from limen.storage.master_key import written_key
from limen.storage.postgresql import PostgresqlBackend

pytestmark = pytest.mark.slow
NOW = SystemClock().now


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve_once(tmp_path)


@pytest.fixture
def url(postgresql: Cluster) -> Iterator[str]:
    with postgresql.database() as url:
        yield url


async def starts(root: Path) -> None:
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, load_settings(root), root, lambda: load_company(root))
        async with asyncio.timeout(60):
            while limen.doors.shut() is not None:  # noqa: ASYNC110 -- a lease may end on a loaded machine, and comes back
                await asyncio.sleep(0.05)


@pytest.mark.gate("PostgreSQL, all tables")
async def test_there_and_back_with_everything_and_each_side_starts(served: Served, url: str) -> None:
    before = counts_of(served.database)
    assert rehearse(served.root, served.settings, served.key, url) == before
    assert not backend_of(url).is_there()
    told: list[tuple[int, int]] = []
    there = move(served.root, served.settings, served.key, url, NOW(), lambda *one: told.append(one))
    assert there.rows == {name: rows for name, rows in before.items() if name != "alembic_version"}
    assert told[-1][0] == told[-1][1] == sum(there.rows.values())
    assert there.saved.exists()
    settings = load_settings(served.root)
    assert settings.database.url == url
    await starts(served.root)
    with pytest.raises(LimenError, match="was moved to"):
        await _starts_with(served)  # limen.toml of before, as git brings it back
    back = move(served.root, settings, served.key, f"sqlite:///{served.database}", NOW())
    assert load_settings(served.root).database.url == ""
    assert back.rows["people"] == before["people"]
    await starts(served.root)


async def _starts_with(served: Served) -> None:
    async with AsyncExitStack() as closing:
        await open_limen(closing, served.settings, served.root, lambda: load_company(served.root))


async def test_a_move_that_is_cut_off_is_refused_at_the_start_and_has_two_ways_on(
    served: Served, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PostgresqlBackend, "digests", lambda _self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            move(served.root, served.settings, served.key, url, NOW())
    with pytest.raises(LimenError, match="not finished") as refused:
        await _starts_with(served)
    assert "--back" in refused.value.fix
    with pytest.raises(BackupError, match="not finished"):
        move(served.root, served.settings, served.key, f"sqlite:///{served.root / 'other.db'}", NOW())
    stay(served.root, served.settings)
    await _starts_with(served)
    with pytest.raises(BackupError, match="contains data"):
        move(served.root, served.settings, served.key, url, NOW())
    with pytest.raises(BackupError):
        stay(served.root, served.settings)


async def test_the_same_move_again_finishes_one_that_was_cut_off(
    served: Served, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("limen.backup.migrate_database._say", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            move(served.root, served.settings, served.key, url, NOW())
    move(served.root, served.settings, served.key, url, NOW())
    await starts(served.root)


def test_while_a_server_runs_on_either_side_nothing_moves(served: Served, url: str) -> None:
    journal = Journal.open(journal_folder(served.root, served.settings), (b"k" * 32,))
    with pytest.raises(BackupBusyError):
        move(served.root, served.settings, served.key, url, NOW())
    journal.close()
    other = Database.open(url)
    other.claim()
    with pytest.raises((DatabaseTakenError, BackupError)):
        move(served.root, served.settings, served.key, url, NOW())
    other.close()
    assert database_of(served.root, served.settings).file == served.database


def test_a_database_with_tables_of_somebody_else_is_left_alone(served: Served, postgresql: Cluster, url: str) -> None:
    name = url.partition("@/")[2].partition("?")[0]
    postgresql.sql("CREATE TABLE invoices (id int)", name)
    with pytest.raises(CopyFailedError, match="not Limen's"):
        move(served.root, served.settings, served.key, url, NOW())
    postgresql.sql("INSERT INTO invoices VALUES (1)", name)
    with pytest.raises(BackupError, match="contains data"):
        move(served.root, served.settings, served.key, url, NOW())
    assert postgresql.sql("TABLE invoices", name) == [(1,)]


async def test_a_backup_from_a_server_is_restored_into_a_file_and_one_from_a_file_into_a_server(
    served: Served, url: str, tmp_path: Path, postgresql: Cluster
) -> None:
    move(served.root, served.settings, served.key, url, NOW())
    settings = load_settings(served.root)
    on_server = Served(served.root, settings, served.key, served.decision)
    made = on_server.back_up(tmp_path / "server.tar.gz")
    assert made.counts["people"] == 1
    assert made.revision
    with postgresql.database() as empty:
        there = tmp_path / "there"
        (there / "data").mkdir(parents=True)
        for one in ("limen.toml", "apps.yaml"):
            (there / one).write_text((served.root / one).read_text().replace(url, empty))
        shutil.copytree(served.root / "policies", there / "policies")
        key_file(there, settings).write_text(written_key(served.key))
        key_file(there, settings).chmod(0o600)
        restore(tmp_path / "server.tar.gz", there, NOW())
        assert backend_of(empty).counts()["people"] == 1
        await starts(there)
        (there / "data").rename(there / "moved-away")
        with pytest.raises(BackupError, match="already exists"):
            restore(tmp_path / "server.tar.gz", there, NOW(), key=served.key)
