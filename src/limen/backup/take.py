"""Taking a backup while everything runs: database and journal as they stood at one instant, in one file."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

from limen.backup.archive import ChangedError, Source, Told, sealing, write_archive
from limen.backup.errors import BackupError
from limen.backup.fence import epoch_of
from limen.backup.manifest import DATABASE, FORMAT, JOURNAL, KEY, Entry, Manifest, signed
from limen.backup.places import working
from limen.clock import Instant
from limen.company import store
from limen.company.places import data_folder, database_of, journal_folder
from limen.settings import Settings
from limen.storage import Snapshot
from limen.storage.database import read_as_it_lies
from limen.storage.database_check import counts_of, schema_of
from limen.storage.files import file_sha256, sync
from limen.storage.journal.snapshot import CopiedLines, files_to_copy, snapshot_chains
from limen.storage.keyring import journal_key
from limen.storage.master_key import written_key

TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a backup, and how it is kept. `recipient` is an age recipient, "" for none."""

    with_key: bool = False
    with_journal: bool = True
    recipient: str = ""


def take(
    root: Path,
    settings: Settings,
    key: bytes,
    target: Path,
    now: Instant,
    *,
    wanted: Wanted = Wanted(),
    told: Told | None = None,
) -> Manifest:
    """Write a backup to the new file `target`; it has that name only once it is whole. Returns what it holds.

    Raises BackupError where it can't be made; then nothing is left of it. The server may run.
    """
    if wanted.with_key and not wanted.recipient:
        raise BackupError(
            "a backup with the master key reveals everything, so it must be encrypted",
            "give an age recipient with --recipient, or leave the key out and store it separately (`limen backup key`)",
        )
    if os.path.lexists(target):
        raise BackupError(f"{target} already exists", "choose a new file")
    tries = TRIES
    while True:
        try:
            return _taken(root, settings, key, target, now, wanted, told)
        except (ChangedError, FileNotFoundError) as error:
            tries -= 1  # a segment was sealed or expired meanwhile
            if not tries:
                raise BackupError(f"the backup could not be made ({error})", "check the disk") from error
        except OSError as error:
            raise _refused(error, target) from error


def _taken(
    root: Path, settings: Settings, key: bytes, target: Path, now: Instant, wanted: Wanted, told: Told | None
) -> Manifest:
    with working(root, settings) as folder:
        copy = folder / "limen.db"
        journal = journal_folder(root, settings)
        snapshots = database_of(root, settings).copy_to(
            copy, lambda: snapshot_chains(journal) if wanted.with_journal else []
        )
        sources: list[Source] = [(Entry(DATABASE, copy.stat().st_size, file_sha256(copy)), copy)]
        reaches: dict[str, CopiedLines] = {}
        for snapshot in snapshots:
            found, reaches[snapshot.folder.name] = files_to_copy(snapshot)
            sources += [
                (
                    Entry(JOURNAL + file.name, file.size, file.sha256),
                    file.path if file.content is None else file.content,
                )
                for file in found
            ]
        if wanted.with_key:
            sources.append(_key_source(key))
        manifest = signed(_manifest(root, settings, copy, now, sources, reaches), journal_key(key))
        _write(target, wanted.recipient, manifest, sources, told)
    return manifest


def _manifest(
    root: Path, settings: Settings, copy: Path, now: Instant, sources: list[Source], reaches: dict[str, CopiedLines]
) -> Manifest:
    revision, apps = in_force(copy)
    return Manifest(
        format=FORMAT,
        limen=metadata.version("limen"),
        schema=schema_of(copy),
        company=settings.name,
        at=now,
        revision=revision,
        apps=apps,
        counts=counts_of(copy),
        journal=reaches,
        epoch=epoch_of(data_folder(root, settings)),
        files=tuple(entry for entry, _ in sources),
    )


def in_force(copy: Path) -> tuple[str, int]:
    """The revision in force in a copy of the database, and how many apps it has. ("", 0) before the first."""

    def look(snapshot: Snapshot) -> tuple[str, int]:
        newest = store.newest(snapshot)
        company = store.company_of(snapshot, newest.id) if newest else None
        return (newest.id if newest else "", len(company.apps) if company else 0)

    try:
        return read_as_it_lies(copy, look)
    except ValueError:
        return "", 0  # written by another Limen; the copy is as good


def _write(target: Path, recipient: str, manifest: Manifest, sources: list[Source], told: Told | None) -> None:
    part = target.with_name(f".{target.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with sealing(file, recipient) as stream:
                write_archive(stream, manifest, sources, told)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)  # unlike a rename, never over another's file
        sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _key_source(key: bytes) -> Source:
    content = written_key(key).encode() + b"\n"
    return Entry(KEY, len(content), sha256(content).hexdigest()), content


def _refused(error: OSError, target: Path) -> BackupError:
    if error.errno == errno.ENOSPC:
        return BackupError(
            "the disk is full, so no backup was made", f"free up space, or use another disk than {target}"
        )
    return BackupError(f"the backup could not be made ({error.strerror or error})", "check the path and its owner")
