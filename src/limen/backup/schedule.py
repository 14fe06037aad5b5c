"""The backups that a running server takes by itself: one a day, the newest few kept, never the disk's last room."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from limen.backup import last_backup
from limen.backup.errors import BackupError
from limen.backup.examine import SPARE_BYTES, megabytes
from limen.backup.fence import refuse_if_replaced
from limen.backup.take import Wanted, take
from limen.clock import DAY, HOUR, Clock, Instant
from limen.company.places import backup_folder, data_folder, database_of, journal_folder
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.pillar import Every, Once
from limen.settings import Settings
from limen.storage import Database
from limen.storage.space import Pressure, space_in

LOOK_SECONDS: Final = 60.0
AGAIN: Final = HOUR
"""How long after one that failed the next is tried, in milliseconds."""
OVERDUE: Final = 2 * DAY
MOST_LISTED: Final = 1_000
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}-(\d{4}-\d{2}-\d{2}T\d{6}Z)\.tar\.gz(\.age)?")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder: its name, when it was taken, its size in bytes."""

    name: str
    at: Instant
    size: int


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """Which backups there are. `last_at` 0: none; `failed`: why the last attempt failed, None where it did not.

    `is_beside_data`: the folder is on the disk that holds the data, so one broken disk takes both.
    """

    folder: Path
    last_at: Instant
    kept: tuple[Kept, ...]
    is_on: bool
    is_beside_data: bool
    is_overdue: bool
    failed: LimenError | None


class BackupSchedule:
    """One company's backups. Whatever goes wrong is journaled and tried again; the server goes on."""

    def __init__(
        self, root: Path, settings: Settings, key: Callable[[], bytes], database: Database, clock: Clock
    ) -> None:
        self._root, self._settings, self._key = root, settings, key
        self._database, self._clock = database, clock
        self._run: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._try_after: Instant = 0
        self._failed: LimenError | None = None

    @property
    def folder(self) -> Path:
        return backup_folder(self._root, self._settings)

    @property
    def is_running(self) -> bool:
        return self._run is not None and not self._run.done()

    def status(self) -> BackupStatus:
        """Look at the folder. Reads a listing, never a backup."""
        data, kept, now = data_folder(self._root, self._settings), self._listed(), self._clock.now()
        last = last_backup.last_backup(data)
        known = [last.at if last else 0, *(one.at for one in kept)]
        last_at = max(
            (at for at in known if at <= now), default=0
        )  # a file dated in the future by a wrong clock must not stop backups
        return BackupStatus(
            folder=self.folder,
            last_at=last_at,
            kept=kept,
            is_on=self._settings.backup.is_on,
            is_beside_data=_is_on_the_disk_of(data, self.folder),
            is_overdue=now - last_at > OVERDUE,
            failed=self._failed,
        )

    async def go(self) -> None:
        """Take one now, or wait for the one under way. Cancelling the wait does not stop the backup."""
        if self._run is None or self._run.done():
            self._run = asyncio.create_task(asyncio.to_thread(self.take_one), name="backup")
        await asyncio.shield(self._run)

    async def close(self) -> None:
        """Stop the one under way, and wait until its unfinished file is removed."""
        self._is_stopping = True
        if self._run is not None:
            await asyncio.gather(self._run, return_exceptions=True)

    @property
    def every(self) -> Every:
        """The look whether one is due, again and again."""
        return Every("check whether a backup is due", LOOK_SECONDS, self._take_if_due, Once.IN_ALL)

    async def _take_if_due(self) -> None:
        if await asyncio.to_thread(self.is_due):
            await self.go()

    def is_due(self) -> bool:
        """Whether the last one is older than the last time of day at which one should have been taken."""
        now = self._clock.now()
        if not self._settings.backup.is_on or now < self._try_after:
            return False
        return self.status().last_at < last_time(now, self._settings)

    def take_one(self) -> None:
        """Take a backup and let the oldest go. Never raises: what went wrong is remembered and journaled."""
        now = self._clock.now()
        try:
            self._take(now)
            self._failed = None
        except (LimenError, OSError) as error:
            self._failed = error if isinstance(error, LimenError) else BackupError(str(error), "check the disk")
            self._try_after = now + AGAIN
            _log.error("no backup was taken: %s", self._failed)
            self._say_failed(now)

    def _take(self, now: Instant) -> None:
        data, sealed = data_folder(self._root, self._settings), self._settings.backup.recipient
        if self._settings.backup.folder is None:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        elif not self.folder.is_dir():  # most likely another machine's disk that is not there now
            raise BackupError(f"the folder {self.folder} doesn't exist", "create it, or mount its disk")
        refuse_if_replaced(data, self.folder, self._key())
        self._refuse_scarce(data)
        target = self.folder / last_backup.file_name(self._settings.name, now, is_sealed=bool(sealed))
        manifest = take(
            self._root, self._settings, self._key(), target, now, wanted=Wanted(recipient=sealed), told=self._go_on
        )
        last_backup.note(self._database, data, manifest, target)
        mine = [one for one in self._listed() if one.at <= now]
        for old in mine[max(1, self._settings.backup.keep) :]:
            with suppress(FileNotFoundError):
                (self.folder / old.name).unlink()

    def _go_on(self, _done: int, _whole: int) -> None:
        if self._is_stopping:
            raise BackupError("Limen was stopped in the meantime", "the next one is taken after the next start")

    def _refuse_scarce(self, data: Path) -> None:
        """A copy of the database lies beside it for a moment, and the backup may be as large as all there is."""
        space = space_in(data, journal_folder(self._root, self._settings))
        needed = 2 * database_of(self._root, self._settings).size_bytes() + space.journal_bytes + SPARE_BYTES
        free = min(space.free_bytes, shutil.disk_usage(self.folder).free)
        if space.pressure is Pressure.SHORT or free < needed:
            raise BackupError(
                f"there is too little space for a backup: it may need {megabytes(needed)}, {megabytes(free)} are free",
                "free up space, keep fewer, or set a folder on another disk under [backup]",
            )

    def _listed(self) -> tuple[Kept, ...]:
        """The backups in the folder that bear this company's name, newest first; none where nobody can look."""
        mine = last_backup.file_name(self._settings.name, 0, is_sealed=False)[: -len("1970-01-01T000000Z.tar.gz")]
        found = []
        with suppress(OSError):
            for file in self.folder.iterdir():
                match = _NAME.fullmatch(file.name)
                if match and file.name.startswith(mine) and len(file.name.removeprefix(mine)) <= _LONGEST:
                    status = file.lstat()
                    if stat.S_ISREG(status.st_mode):
                        found.append(Kept(file.name, _instant_in(match[1]), status.st_size))
        return tuple(sorted(found, key=lambda one: one.name.removesuffix(".age"), reverse=True)[:MOST_LISTED])

    def _say_failed(self, now: Instant) -> None:
        details: dict[str, str | int | bool] = {"said": self._failed.what[:200] if self._failed else ""}
        event = Event(id="", at=now, kind="backup.failed", actor="server", outcome=Outcome.FAILURE, details=details)
        with suppress(Exception):  # a disk that takes no backup may take no event either
            self._database.write(lambda transaction: transaction.say(event))


_LONGEST: Final = len("1970-01-01T000000Z.tar.gz.age")


def last_time(now: Instant, settings: Settings) -> Instant:
    """The newest instant, not after `now`, at which a backup should have been taken."""
    here = datetime.fromtimestamp(now / 1000, settings.zone)
    at = datetime.combine(here.date(), time.fromisoformat(settings.backup.at), settings.zone)
    if at > here:
        at = datetime.combine(here.date() - timedelta(days=1), at.timetz())
    return int(at.timestamp() * 1000)


def _instant_in(stamp: str) -> Instant:
    """When a backup of this name was taken; 0 for a name that no clock ever gave."""
    try:
        return int(datetime.strptime(stamp + "+0000", "%Y-%m-%dT%H%M%SZ%z").timestamp() * 1000)
    except ValueError:
        return 0


def _is_on_the_disk_of(data: Path, folder: Path) -> bool:
    with suppress(OSError):
        return folder.stat().st_dev == data.stat().st_dev
    return folder.is_relative_to(data)
