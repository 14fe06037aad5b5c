from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.backup.saved_company import Served

from limen.backup import schedule
from limen.backup.fence import promote
from limen.backup.last_backup import file_name
from limen.backup.restore import restore
from limen.backup.schedule import BackupSchedule, last_time
from limen.clock import DAY, HOUR, SetClock, SystemClock, from_iso
from limen.settings import Backup, Settings
from limen.storage import Database


class Kept:
    """Backups of a company that was served once, by a clock that is told to move."""

    def __init__(self, served: Served, database: Database) -> None:
        self.served, self.database, self.clock = served, database, SetClock(SystemClock().now())

    def with_settings(self, **backup: object) -> BackupSchedule:
        settings = self.served.settings.model_copy(update={"backup": Backup.model_validate(backup)})
        return BackupSchedule(self.served.root, settings, lambda: self.served.key, self.database, self.clock)

    def events(self) -> str:
        rows = self.database.read(lambda snapshot: snapshot.connection.execute(text("select event from outbox")).all())
        return "".join(str(row[0]) for row in rows)


@pytest.fixture
def kept(served: Served) -> Iterator[Kept]:
    with closing(Database.open(served.database)) as database:
        yield Kept(served, database)


def test_one_is_due_each_day_and_the_newest_stay(kept: Kept) -> None:
    one = kept.with_settings(keep=2)
    assert (one.status().last_at, one.is_due()) == (0, True)
    for _ in range(3):
        one.take_one()
        assert not one.is_due()
        kept.clock.forward(DAY)
        assert one.is_due()
    status = one.status()
    assert (one.folder.stat().st_mode & 0o777, status.is_beside_data) == (0o700, True)
    assert [each.at for each in status.kept] == [(kept.clock.now() - days * DAY) // 1_000 * 1_000 for days in (1, 2)]
    assert kept.events().count("backup.taken") == 3
    assert not status.is_overdue
    kept.clock.forward(2 * DAY)
    assert one.status().is_overdue


def test_only_this_companys_backups_go(kept: Kept) -> None:
    one = kept.with_settings(keep=1)
    one.folder.mkdir()
    mine = file_name(kept.served.settings.name, from_iso("2020-01-01T00:00:00Z"), is_sealed=False)
    stays, goes = ["mine.txt", f"other-{mine}", f"{mine}.part"], [mine, f"{mine}.age"]
    for name in (*stays, *goes):
        (one.folder / name).write_text("x")
    one.take_one()
    left = {file.name for file in one.folder.iterdir()}
    assert (left >= set(stays), len(left), left & set(goes)) == (True, 4, set())


def test_names_from_the_future_links_and_folders_end_nothing(kept: Kept, tmp_path: Path) -> None:
    one, name = kept.with_settings(keep=1), kept.served.settings.name
    one.folder.mkdir()
    later, linked, folder = (
        one.folder / file_name(name, from_iso(f"{year}-01-01T00:00:00Z"), is_sealed=False)
        for year in (9999, 2019, 2018)
    )
    later.write_text("x")
    linked.symlink_to(tmp_path / "nowhere")
    folder.mkdir()
    assert one.is_due()
    for _ in range(2):
        one.take_one()
        kept.clock.forward(DAY)
    status = one.status()
    assert (status.failed, status.is_overdue, one.is_due(), len(status.kept)) == (None, False, True, 2)
    assert (later.exists(), linked.is_symlink(), folder.is_dir()) == (True, True, True)


def test_it_comes_back_from_its_own_folder_in_the_data(kept: Kept, tmp_path: Path) -> None:
    one = kept.with_settings()
    one.take_one()
    (backup,) = one.folder.iterdir()
    kept.database.close()
    data = kept.served.root / "data"
    for lost in ("limen.db", "limen.db-wal", "limen.db-shm"):
        (data / lost).unlink(missing_ok=True)
    (data / "journal").rename(tmp_path / "lost")
    for mark in ("backup.last", "break-glass.state"):
        (data / mark).unlink(missing_ok=True)
    done = restore(backup, kept.served.root, SystemClock().now())
    assert (done.examined.report.ok, backup.exists()) == (True, True)


def test_what_goes_wrong_is_said_and_tried_again_an_hour_later(kept: Kept, tmp_path: Path) -> None:
    away = kept.with_settings(folder=str(tmp_path / "not-mounted"))
    away.take_one()
    failed = away.status().failed
    assert failed is not None
    assert "doesn't exist" in failed.what
    assert "backup.failed" in kept.events()
    assert not away.is_due()
    kept.clock.forward(HOUR)
    assert away.is_due()
    (tmp_path / "not-mounted").mkdir()
    away.take_one()
    assert (away.status().failed, len(away.status().kept)) == (None, 1)


def test_the_disks_last_room_is_left_alone(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SPARE_BYTES", 1 << 60)
    one = kept.with_settings()
    one.take_one()
    failed = one.status().failed
    assert failed is not None
    assert "too little space" in failed.what
    assert list(one.folder.iterdir()) == []


def test_a_machine_whose_place_was_taken_takes_none(kept: Kept, tmp_path: Path) -> None:
    one = kept.with_settings(folder=str(tmp_path))
    promote(tmp_path, 1, kept.clock.now(), "the other", kept.served.key)
    one.take_one()
    failed = one.status().failed
    assert failed is not None
    assert "the other" in failed.what


async def test_whoever_asks_while_one_is_taken_waits_for_that_one(kept: Kept) -> None:
    one = kept.with_settings()
    await asyncio.gather(one.go(), one.go())
    assert (len(one.status().kept), one.is_running) == (1, False)


async def test_a_server_that_stops_gives_up_the_one_under_way(kept: Kept) -> None:
    one = kept.with_settings()
    going = asyncio.create_task(one.go())
    await asyncio.sleep(0)
    await asyncio.gather(one.close(), going)
    assert (list(one.folder.iterdir()), one.is_running) == ([], False)


def test_nothing_is_due_where_none_shall_be_taken(kept: Kept) -> None:
    assert not kept.with_settings(keep=0).is_due()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T10:00:00Z", "2026-11-24T01:30:00Z"),
        ("2026-11-24T01:29:59Z", "2026-11-23T01:30:00Z"),
        ("2026-11-24T01:30:00Z", "2026-11-24T01:30:00Z"),
        ("2026-03-29T05:00:00Z", "2026-03-29T01:30:00Z"),  # the night in which 02:30 does not exist
    ],
)
def test_the_time_of_day_is_the_companys(now: str, expected: str) -> None:
    settings = Settings(name="Harbor", domain="harbor.example", time_zone="Europe/Berlin")
    assert last_time(from_iso(now), settings) == from_iso(expected)
