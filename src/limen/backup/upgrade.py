"""Upgrades a database to this Limen: tried on a copy, backed up, then done in one transaction; and the way back."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.backup.archive import Told, reading
from limen.backup.errors import BackupBusyError, BackupError, RehearsalFailedError
from limen.backup.examine import unpack
from limen.backup.manifest import DATABASE, Manifest
from limen.backup.places import BEFORE_UPGRADE, working
from limen.backup.take import Wanted, take
from limen.clock import Instant, to_iso
from limen.company import store
from limen.company.gate import lockout, people_of
from limen.company.load import failing_tests
from limen.company.places import data_folder, database_of, journal_folder, own_chain
from limen.errors import LimenError
from limen.events import Event
from limen.identity.store import people
from limen.pillars import end_at_restore
from limen.policy.proof.lockout import LockedOut
from limen.settings import Settings
from limen.storage import Database, Keyring, Transaction
from limen.storage.backend import Backend, claimed
from limen.storage.database import edit_copy
from limen.storage.database_check import counts_of, refuse_damage, schema_of
from limen.storage.errors import JournalBusyError
from limen.storage.journal import Journal, Reader
from limen.storage.journal.relay import drop_what_is_written
from limen.storage.keyring import journal_key
from limen.storage.segments.lock import lock_chain
from limen.storage.upgrade import newest_version, refuse_newer

BEFORE_MOVE: Final = "before-move"
KEPT: Final = 3
"""How many backups made before upgrades stay."""
_MAY_CHANGE: Final = {"alembic_version", "guesses"}
"""Guesses were kept in this database until version 0053, and are kept for minutes beside it since."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which version to which; `saved` is the backup of the database as it was."""

    before: str
    after: str
    saved: Path
    people: int


def needs_upgrade(database: Backend) -> str:
    """The version that a database is at where this Limen works with a newer one; "" where there is nothing to do.

    Raises DatabaseUnfitError where a newer Limen was here.
    """
    stored = database.schema()
    refuse_newer(stored)
    return stored if stored and stored < newest_version() else ""


def rehearse(root: Path, settings: Settings, key: bytes, now: Instant) -> tuple[str, str]:
    """Try the upgrade on a copy; from which version to which it would go. Raises RehearsalFailedError, LimenError."""
    with working(root, settings) as folder:
        return _rehearsed(root, settings, key, now, folder)


def upgrade(root: Path, settings: Settings, key: bytes, now: Instant, told: Told | None = None) -> Upgraded:
    """Rehearse, back up, upgrade. No server may run; whatever goes wrong leaves the database as it was.

    Raises BackupBusyError, RehearsalFailedError, LimenError.
    """
    with nobody_writes(root, settings, database_of(root, settings)):
        before, after = rehearse(root, settings, key, now)
        saved = save(root, settings, key, now, before, told)
        database = Database.open(database_of(root, settings), may_upgrade=True)
        try:
            event = Event(id="", at=now, kind="limen.upgraded", details={"from": before, "to": after})
            database.write(lambda transaction: transaction.say(event))
            count = len(database.read(lambda snapshot: people.members(snapshot.connection)))
        finally:
            database.close()
        return Upgraded(before, after, saved, count)


def go_back(root: Path, settings: Settings, key: bytes, now: Instant, file: Path | None = None) -> Manifest:
    """Put the database back as the newest backup from before an upgrade has it, for the Limen that wrote it.

    The journal goes on, so that what happened in between stays on record; sessions and links end. The database as it
    is now is saved first. Raises LimenError.
    """
    chosen = file or _newest_before(data_folder(root, settings) / BEFORE_UPGRADE)
    with nobody_writes(root, settings, database_of(root, settings)):
        save(root, settings, key, now, "back-from-" + database_of(root, settings).schema(), None)
        with working(root, settings) as folder, reading(chosen) as archive:
            unpack(archive, folder, key)
            copy = folder / DATABASE
            refuse_damage(copy)
            reader = Reader(journal_folder(root, settings))

            def work(transaction: Transaction) -> None:
                drop_what_is_written(transaction, reader)
                end_at_restore(transaction, now)

            edit_copy(copy, work)
            database_of(root, settings).put_back(copy)
            manifest = archive.manifest
    _say_in_journal(root, settings, key, manifest, now)
    return manifest


def _rehearsed(root: Path, settings: Settings, key: bytes, now: Instant, folder: Path) -> tuple[str, str]:
    before = needs_upgrade(database_of(root, settings))
    if not before:
        raise BackupError("the database is up to date", "there is nothing to upgrade")
    copy = folder / "rehearsal.db"
    database_of(root, settings).copy_to(copy, lambda: None)
    refuse_damage(copy)
    counted = counts_of(copy)
    database = Database.open(copy, may_upgrade=True)
    try:
        Keyring.open(database, key)
        _try_policies(database, now)
    finally:
        database.close()
    after = counts_of(copy)
    lost = [name for name, rows in counted.items() if name not in _MAY_CHANGE and after.get(name) != rows]
    if lost:
        raise RehearsalFailedError(
            f"the upgrade would change the number of rows in {', '.join(lost[:5])}", "keep using the earlier Limen"
        )
    return before, schema_of(copy)


def _try_policies(database: Database, now: Instant) -> None:
    newest = database.read(store.newest)
    if newest is None:
        return
    fix = "nothing was changed; keep using the earlier Limen, and report this"
    try:
        company = database.read(lambda snapshot: store.company_of(snapshot, newest.id))
    except ValueError as error:
        raise RehearsalFailedError(f"the revision in force can't be read: {error}", fix) from None
    if company is None:
        return
    if failing := failing_tests(company):
        raise RehearsalFailedError(f"a policy test fails: {failing[0]}", fix)
    if isinstance(lockout(company, database.read(people_of), now), LockedOut):
        raise RehearsalFailedError("every administrator would be locked out", fix)


def save(root: Path, settings: Settings, key: bytes, now: Instant, word: str, told: Told | None) -> Path:
    """A backup of the database alone: no migration touches the journal, and it may be large."""
    folder = data_folder(root, settings) / BEFORE_UPGRADE
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{to_iso(now)[:23].replace(':', '').replace('.', '-')}-{word}.tar.gz"
    take(root, settings, key, target, now, wanted=Wanted(with_journal=False), told=told)
    for old in sorted(folder.glob("*.tar.gz"))[:-KEPT]:
        old.unlink()
    return target


def _newest_before(folder: Path) -> Path:
    found = [
        file
        for file in sorted(folder.glob("*.tar.gz"))
        if not file.name.endswith(f"-{BEFORE_MOVE}.tar.gz") and "back-from" not in file.name
    ]
    if not found:
        raise BackupError(
            f"there is no backup from before an upgrade in {folder}", "`limen restore` accepts any other backup"
        )
    return found[-1]


def _say_in_journal(root: Path, settings: Settings, key: bytes, manifest: Manifest, now: Instant) -> None:
    """Straight into the journal: the older Limen would not know how to carry this event there."""
    journal = Journal.open(journal_folder(root, settings), (journal_key(key),), writer=own_chain(root, settings))
    details: dict[str, str | int | bool] = {"backup_at": manifest.at, "schema": manifest.schema, "back": True}
    try:
        journal.record(Event(id="", at=now, kind="limen.restored", details=details))
        journal.flush()
    finally:
        journal.close()


@contextmanager
def nobody_writes(root: Path, settings: Settings, database: Backend) -> Iterator[None]:
    """Hold every chain of the journal: no server runs meanwhile. Raises BackupBusyError."""
    journal = journal_folder(root, settings)
    (journal / own_chain(root, settings)).mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            for folder in sorted(one for one in journal.iterdir() if one.is_dir()):
                held.enter_context(lock_chain(folder))
        except JournalBusyError:
            raise BackupBusyError("Limen is using this data", "stop it first; nothing was changed") from None
        if database.is_there():
            held.enter_context(claimed(database))
        try:
            yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise LimenError("the disk is full", "free up space; the database is unchanged") from error
            raise
