"""Unpacks a backup into a folder of its own and checks everything a start would need, before anything is replaced."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.backup.archive import Archive, Told
from limen.backup.errors import BackupUnfitError
from limen.backup.manifest import DATABASE, JOURNAL, KEY, Manifest, is_genuine
from limen.clock import Instant
from limen.company import store
from limen.company.company import Company
from limen.errors import LimenError
from limen.storage import Database, Keyring
from limen.storage.database_check import counts_of, refuse_damage, schema_of
from limen.storage.journal import Report, verify
from limen.storage.journal.snapshot import leave_clean
from limen.storage.keyring import journal_key
from limen.storage.master_key import read_key_file
from limen.storage.upgrade import refuse_newer

SPARE_BYTES: Final = 64 << 20
"""How much room must be left on the disk beside what a backup holds."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A backup that passed every check, unpacked in `folder`. `report` is the journal's; `key` is its master key."""

    manifest: Manifest
    folder: Path
    key: bytes
    report: Report
    company: Company | None

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def journal(self) -> Path:
        return self.folder / JOURNAL


def unpack(archive: Archive, folder: Path, key: bytes | None, told: Told | None = None) -> bytes:
    """Unpack, check the manifest with the key, and every file against the manifest. Returns the key.

    None of its files is opened before that: not even SQLite reads what is not signed. Raises LimenError, OSError.
    """
    manifest = archive.manifest
    refuse_newer(manifest.schema)
    if key is None and not manifest.has_key:
        raise BackupUnfitError(
            "this backup doesn't contain the master key, which is stored separately", "give its file with --key"
        )
    if key is not None:
        _refuse_forged(manifest, key)
    free = shutil.disk_usage(folder).free
    if manifest.size + SPARE_BYTES > free:
        raise BackupUnfitError(
            f"there is not enough space: it needs {megabytes(manifest.size + SPARE_BYTES)}, {megabytes(free)} are free",
            "free up space, or use another disk",
        )
    archive.unpack(folder, told)
    if key is None:
        key = read_key_file(folder / KEY)
        _refuse_forged(manifest, key)
    return key


def examine(
    archive: Archive,
    folder: Path,
    key: bytes | None,
    now: Instant,
    *,
    accept_journal: bool = False,
    told: Told | None = None,
) -> Examined:
    """Unpack a backup into `folder` and try everything a start would need. Raises LimenError, OSError.

    The copy is upgraded to this Limen's tables on the way. A journal whose chain is broken is refused unless
    `accept_journal`: it was broken when it was backed up, and there may be no other backup.
    """
    key = unpack(archive, folder, key, told)
    manifest = archive.manifest
    (folder / JOURNAL).mkdir(mode=0o700, exist_ok=True)
    file = folder / DATABASE
    refuse_damage(file)
    if schema_of(file) != manifest.schema or counts_of(file) != manifest.counts:
        raise BackupUnfitError("the database does not match the backup's list of contents", "use another backup")
    database = Database.open(file, may_upgrade=True)
    try:
        keys = Keyring.open(database, key).journal_keys
        newest = database.read(store.newest)
        company = _company(database, newest.id) if newest else None
    finally:
        database.close()
    report = verify(folder / JOURNAL, keys)
    if not report.ok and not accept_journal:
        raise BackupUnfitError(
            f"the journal in this backup is not intact: {report.problems[0]}",
            "use another backup; if there is none, --accept-journal restores it as it is, and records that permanently",
        )
    if report.ok:
        leave_clean(folder / JOURNAL, keys, now)
    return Examined(manifest, folder, key, report, company)


def megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MB"


def _company(database: Database, revision: str) -> Company | None:
    """The company in force. Raises LimenError where this Limen can't read it, or its policies don't compile."""
    try:
        company = database.read(lambda snapshot: store.company_of(snapshot, revision))
        if company is not None:
            company.engine()
    except ValueError as error:
        raise LimenError(
            f"the revision in force can't be read: {error}", "use the version of Limen that wrote it"
        ) from None
    return company


def _refuse_forged(manifest: Manifest, key: bytes) -> None:
    if not is_genuine(manifest, (journal_key(key),)):
        raise BackupUnfitError(
            "this master key did not sign this backup: it is a different key, or the backup was changed",
            "give the key that was in use when it was made, or use another backup",
        )
