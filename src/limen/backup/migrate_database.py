"""Moves a company's database to another kind or place: rehearsed, saved, verified, and with a way back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limen.backup.errors import BackupError
from limen.backup.places import working
from limen.backup.upgrade import BEFORE_MOVE, needs_upgrade, nobody_writes, save
from limen.clock import Instant
from limen.company.database_mark import FILE, Mark, mark_in, write_mark
from limen.company.database_section import with_database_url
from limen.company.folder import SETTINGS
from limen.company.places import data_folder, database_of, database_url
from limen.events import Event
from limen.settings import Settings
from limen.storage import Database, Keyring
from limen.storage.backend import Backend, Told, address_of, claimed
from limen.storage.database_check import refuse_damage
from limen.storage.files import replace_file, sync


@dataclass(frozen=True, slots=True)
class Moved:
    """From where to where; how many rows each table holds there, hashed the same on both sides; the backup before."""

    source: str
    target: str
    rows: dict[str, int]
    saved: Path


def rehearse(root: Path, settings: Settings, key: bytes, url: str) -> dict[str, int]:
    """Try the move to the database at `url` and change nothing there; how many rows would go. Raises LimenError."""
    source, target = _both(root, settings, _absolute(url))
    with claimed(target):
        return _tried(root, settings, key, source, target)


def move(root: Path, settings: Settings, key: bytes, url: str, now: Instant, told: Told | None = None) -> Moved:
    """Rehearse, save, copy in one transaction, compare every table, and have limen.toml name the new place.

    No server may run. What goes wrong before the copy changes nothing; afterwards no server starts until the same move
    was run again, or `stay`. The old database stays as it is. Raises LimenError, OSError.
    """
    url = _absolute(url)
    source, target = _both(root, settings, url)
    data = data_folder(root, settings)
    with nobody_writes(root, settings, source), claimed(target):
        if (mark := mark_in(data)) is not None and not mark.is_done:
            (data / FILE).unlink()  # it names this very move; so far only the first database was ever used
        _tried(root, settings, key, source, target)
        saved = save(root, settings, key, now, BEFORE_MOVE, None)
        write_mark(data, Mark(source.place, target.place, now, is_done=False))
        with working(root, settings) as folder:
            copy = folder / "limen.db"
            source.copy_to(copy, lambda: None)
            target.put_back(copy, told)
        there, here = target.digests(), source.digests()
        if there != here:
            wrong = sorted(name for name in there.keys() | here.keys() if there.get(name) != here.get(name))
            raise BackupError(f"{wrong[0]} differs on the two sides", "run it again; the old database is unchanged")
        _say(target, source, now)
        _name_in_settings(root, settings, url)
        write_mark(data, Mark(source.place, target.place, now, is_done=True))
    return Moved(source.place, target.place, {name: one.rows for name, one in here.items()}, saved)


def stay(root: Path, settings: Settings) -> Mark:
    """Give a move up that was cut off: the first database goes on. Raises BackupError where none was, or it ended."""
    data = data_folder(root, settings)
    mark = mark_in(data)
    if mark is None or mark.is_done:
        back = f"`limen migrate-database {mark.source}` moves it back" if mark else "there is nothing to undo"
        raise BackupError("no move of the database is in progress", back)
    source = database_of(root, settings, database_url(root, settings))
    if source.place != mark.source:
        raise BackupError(f"limen.toml names {source.place}", f"set it to {mark.source} again, then repeat this")
    with nobody_writes(root, settings, source):
        (data / FILE).unlink()
        sync(data)
    return mark


def _absolute(url: str) -> str:
    """The same place, whatever folder this is run in. Raises DatabaseUnfitError."""
    address = address_of(url)
    is_file = address.get_backend_name() == "sqlite"
    return f"sqlite:///{Path(address.database or '').resolve()}" if is_file else url


def _both(root: Path, settings: Settings, url: str) -> tuple[Backend, Backend]:
    """The database that is, and the one that shall be. Raises LimenError where the move can't be made."""
    source = database_of(root, settings, database_url(root, settings))
    target = database_of(root, settings, url)
    if source.place == target.place:
        raise BackupError(f"the database is already at {source.place}", "give another place")
    mark = mark_in(data_folder(root, settings))
    ours = {mark.source if mark.is_done else mark.target} if mark else set()
    if mark is not None and source.place != (mark.target if mark.is_done else mark.source):
        raise BackupError(f"limen.toml names {source.place}", f"the database is at {mark.target}: set that first")
    if mark is not None and not mark.is_done and target.place != mark.target:
        raise BackupError(f"a move to {mark.target} was started and not finished", "finish it, or undo it with --back")
    if target.place not in ours and (target.is_there() or any(_rows(target).values())):
        raise BackupError(f"{target.place} already contains data", "give an empty database; nothing was changed")
    if needs_upgrade(source):
        raise BackupError("the database is from an older Limen", "run `limen upgrade` first; nothing was changed")
    if not source.is_there():
        raise BackupError(f"there is no database at {source.place}", "nothing has been published here yet")
    return source, target


def _rows(target: Backend) -> dict[str, int]:
    return target.counts() if target.file is None else {}


def _tried(root: Path, settings: Settings, key: bytes, source: Backend, target: Backend) -> dict[str, int]:
    with working(root, settings) as folder:
        copy = folder / "limen.db"
        source.copy_to(copy, lambda: None)
        refuse_damage(copy)
        database = Database.open(copy)
        try:
            Keyring.open(database, key)
        finally:
            database.close()
        target.put_back(copy, is_rehearsal=True)
    return source.counts()


def _say(target: Backend, source: Backend, now: Instant) -> None:
    database = Database.open(target)
    details: dict[str, str | int | bool] = {"from": source.place[:200], "to": target.place[:200]}
    try:
        database.write(lambda transaction: transaction.say(Event(at=now, kind="limen.moved", details=details)))
    finally:
        database.close()


def _name_in_settings(root: Path, settings: Settings, url: str) -> None:
    usual = database_url(root, settings.model_copy(update={"database": type(settings.database)()}))
    file = root / SETTINGS
    named = "" if url == usual else url
    replace_file(file, with_database_url(file.read_text("utf-8"), named).encode())
