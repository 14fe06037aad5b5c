"""Restores a company from a backup into a folder that holds no data yet: completely, or so that no server starts."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.backup import fence
from limen.backup.archive import Told, reading
from limen.backup.errors import BackupError, NotEmptyError
from limen.backup.examine import Examined, examine
from limen.backup.places import BACKUPS, RESTORING, WORKING, alone
from limen.clock import Instant
from limen.company.folder import SETTINGS
from limen.company.load import load_settings
from limen.company.places import data_folder, database_of, journal_folder, key_file
from limen.company.pull import keep_out_of_git, write_text
from limen.events import Event
from limen.pillars import end_at_restore
from limen.settings import Settings
from limen.storage import Database, Transaction
from limen.storage.backend import Backend, claimed
from limen.storage.files import sync, write_new
from limen.storage.journal import Reader
from limen.storage.journal.heads import take_restored_heads
from limen.storage.journal.relay import drop_what_is_written
from limen.storage.master_key import existing_key, written_key

OURS = frozenset({RESTORING, WORKING, BACKUPS, "backup.lock", "master.key", "erased.txt"})
"""What may lie in a data folder that counts as empty: marks of our own, backups, and what was put there beforehand: the
key, and the list of who was erased."""
OF_WORKERS: Final = "workers"
"""How folders end that workers leave: which of them there were, and what they kept for minutes. Both are of no use."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `links` were open and are dead now; `wrote_folder`: the company's files came from the backup."""

    examined: Examined
    settings: Settings
    data: Path
    links: int
    epoch: int
    wrote_folder: bool


def restore(
    file: Path,
    root: Path,
    now: Instant,
    *,
    key: bytes | None = None,
    identity_text: str = "",
    accept_journal: bool = False,
    promote_in: Path | None = None,
    told: Told | None = None,
) -> Restored:
    """Restore the backup `file` as the company in `root`.

    Until the last step a mark lies in the data folder with which no server starts; a restore that was cut off begins
    anew. All sessions and one-time links from before are dead afterwards. Raises LimenError, OSError.
    """
    settings = load_settings(root) if (root / SETTINGS).exists() else None
    data = data_folder(root, settings) if settings else root / Settings.model_fields["storage"].default.data
    _refuse_occupied(root, data, settings)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(data), reading(file, identity_text) as archive:
        _begin_anew(data)
        staging = data / RESTORING
        held = key if key is not None else existing_key(data / "master.key", os.environ)
        try:
            examined = examine(archive, staging, held, now, accept_journal=accept_journal, told=told)
            return _settle(examined, root, data, settings, now, promote_in)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)  # nothing else was touched, or _settle left its own mark
            raise


def dry_run(file: Path, folder: Path, now: Instant, *, key: bytes | None, identity_text: str = "") -> Examined:
    """Everything that a restore looks at, in a folder that is thrown away. Raises LimenError, OSError."""
    with reading(file, identity_text) as archive:
        return examine(archive, folder, key, now)


def _settle(
    examined: Examined, root: Path, data: Path, settings: Settings | None, now: Instant, promote_in: Path | None
) -> Restored:
    staging = data / RESTORING
    texts = dict(examined.company.files) if examined.company else {}
    wrote_folder = settings is None
    if settings is None:
        settings = _written_settings(staging / "company", texts)
        _refuse_occupied_elsewhere(root, data, settings)
    epoch = examined.manifest.epoch
    if promote_in is not None:
        before = fence.promoted_in(promote_in, examined.key)
        epoch = max(epoch, before.epoch if before else 0) + 1
    links = _end_what_was_open(examined, epoch, now)
    home = data_folder(root, settings)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if wrote_folder:
        for name in sorted(texts, key=lambda name: name == SETTINGS):  # limen.toml last: with it the folder is whole
            write_text(root, name, texts[name])
        keep_out_of_git(root, settings)
    if not key_file(root, settings).exists() and (staging / "master.key").exists():
        _place(staging / "master.key", key_file(root, settings))
    elif not key_file(root, settings).exists() and existing_key(key_file(root, settings), os.environ) is None:
        write_new(key_file(root, settings), written_key(examined.key).encode() + b"\n")
    fence.write_epoch(home, epoch)
    _place(examined.journal, journal_folder(root, settings))
    _place_database(examined.database, database_of(root, settings))
    if promote_in is not None:
        fence.promote(promote_in, epoch, now, socket.gethostname(), examined.key)
    shutil.rmtree(staging)  # from here on it may start
    sync(home)
    return Restored(examined, settings, home, links, epoch, wrote_folder)


def _end_what_was_open(examined: Examined, epoch: int, now: Instant) -> int:
    """End all sessions and links in the copy: those that were revoked since the backup must not work again."""
    database = Database.open(examined.database)
    manifest = examined.manifest

    def work(transaction: Transaction) -> int:
        drop_what_is_written(transaction, Reader(examined.journal))
        take_restored_heads(transaction, examined.journal)
        ended = end_at_restore(transaction, now)
        transaction.say(
            Event(
                id="",
                at=now,
                kind="limen.restored",
                details={
                    "backup_at": manifest.at,
                    "revision": manifest.revision,
                    "last_line": max((reach.last for reach in manifest.journal.values()), default=0),
                    "journal_holds": examined.report.ok,
                    **{f"{what}_ended": count for what, count in ended.items()},
                    "epoch": epoch,
                },
            )
        )
        return ended.get("links", 0)

    try:
        return database.write(work)
    finally:
        database.close()


def _written_settings(folder: Path, texts: dict[str, str]) -> Settings:
    if SETTINGS not in texts:
        raise BackupError(
            "the revision in force keeps no texts, so there is no company folder to write",
            "put the company folder there first, then restore into it",
        )
    folder.mkdir()
    for name, text in texts.items():
        write_text(folder, name, text)
    return load_settings(folder)


def _refuse_occupied(root: Path, data: Path, settings: Settings | None) -> None:
    """Raises NotEmptyError where anything but a restore that was cut off is in the way."""
    was_cut_off = (data / RESTORING).exists()
    if data.exists() and not was_cut_off:
        found = sorted(_in_the_way(data))
        if found:
            raise NotEmptyError(
                f"{data} already contains data ({', '.join(found[:5])})", "move it away first; nothing was changed"
            )
    if settings is None and not was_cut_off and root.exists():
        strange = sorted({one.name for one in root.iterdir()} - {data.name})
        if strange:
            raise NotEmptyError(
                f"{root} is neither empty nor a company folder ({', '.join(strange[:5])})", "choose another folder"
            )
    database = None if settings is None or was_cut_off else database_of(root, settings)
    if database is not None and database.is_there():
        raise NotEmptyError(f"{database.place} already exists", "move it away first")


def _refuse_occupied_elsewhere(root: Path, data: Path, settings: Settings) -> None:
    """The settings from the backup may keep the data somewhere else than beside the folder."""
    home = data_folder(root, settings)
    if home.resolve() == data.resolve():
        return
    if home.exists() and _in_the_way(home):
        raise NotEmptyError(f"{home} already contains data", "move it away first; nothing was changed")


def _in_the_way(data: Path) -> set[str]:
    return {one.name for one in data.iterdir() if one.name not in OURS and not one.name.endswith(OF_WORKERS)}


def _begin_anew(data: Path) -> None:
    """Clear what a restore that was cut off left, all of it from the backup, and what workers left; the key stays. Then
    mark the beginning.
    """
    for one in data.iterdir():
        if one.name.endswith(OF_WORKERS) and one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
    if (data / RESTORING).exists():
        for one in data.iterdir():
            if one.name not in OURS - {RESTORING, WORKING}:
                shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    (data / RESTORING).mkdir(mode=0o700)
    sync(data)


def _place_database(source: Path, database: Backend) -> None:
    if database.file is not None:
        _place(source, database.file)
        return
    with claimed(database):
        database.put_back(source)


def _place(source: Path, target: Path) -> None:
    """Move a file or folder to where it belongs, be that another disk."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(source, target)
    sync(target.parent)
