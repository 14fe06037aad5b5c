"""A company folder with its database and journal, as commands find them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limen.clock import Clock, SystemClock
from limen.company import store
from limen.company.authors import SERVER
from limen.company.company import Company
from limen.company.load import load_settings
from limen.company.origin import note_origin, origin_of
from limen.company.places import database_of, journal_folder, key_file
from limen.company.publish import earlier, publish
from limen.company.store import Revision
from limen.errors import LimenError
from limen.settings import Settings
from limen.storage import Database, Keyring, master_key
from limen.storage.journal import Reader
from limen.storage.settling import have_register, settle


@dataclass(frozen=True, slots=True)
class Opened:
    """A company folder with what lies beside it. `database` is closed when the command ends."""

    root: Path
    settings: Settings
    database: Database

    @property
    def journal(self) -> Path:
        return journal_folder(self.root, self.settings)

    @property
    def reader(self) -> Reader:
        return Reader(self.journal)

    @property
    def origin(self) -> str:
        """The revision that the folder's text comes from; "" before any."""
        return self.database.read(lambda snapshot: origin_of(self.root, self.settings, snapshot))

    def keyring(self, clock: Clock | None = None) -> Keyring:
        """The keys, opened with the master key from where it is usually held."""
        master = master_key(key_file(self.root, self.settings), os.environ)
        return Keyring.open(self.database, master, clock=clock)

    def newest(self) -> Revision:
        """The revision in force. Raises `LimenError` before anything was published."""
        revision = self.database.read(store.newest)
        if revision is None:
            raise nothing_published()
        return revision

    def in_force(self) -> Company:
        """The company as it is in force. Raises `LimenError`."""
        return earlier(self.database, self.newest().id)

    def in_force_or_none(self) -> Company | None:
        """The company as it is in force; None before anything was published."""
        return None if self.database.read(store.newest) is None else self.in_force()

    def replace(self, before: Company, after: Company, message: str, effect: dict[str, Any]) -> Revision:
        """Publish `after` where `before` is in force, and leave the folder's text as it is."""
        note_origin(self.root, self.settings, self.origin)
        now = SystemClock().now()
        return publish(self.database, after, SERVER, message, now, expected=before.revision, effect=effect)

    def revision(self, beginning: str) -> Revision:
        """The one revision whose id begins so. Raises `LimenError` where there is none, or more than one."""
        word = beginning.strip().lower()
        found = self.database.read(lambda snapshot: store.named(snapshot, word)) if word else []
        if len(found) == 1:
            return found[0]
        if found:
            raise LimenError(f"several revisions begin with {word[:40]}", "give more of the ID")
        raise LimenError(f"there is no revision {word[:40]}", "`limen log` lists them")


@contextmanager
def opened(folder: Path, settings: Settings | None = None, *, may_make: bool = False) -> Iterator[Opened]:
    """The database of the company in `folder`, whose settings may have been read already.

    What is changed here is known to every worker when this returns (`settle`). Raises `LimenError` where there is
    none, unless it `may_make` one.
    """
    settings = settings or load_settings(folder)
    if not may_make and not has_database(folder, settings):
        raise nothing_published()
    database = Database.open(database_of(folder, settings))
    try:
        if may_make:
            have_register(database)
        yield Opened(folder, settings, database)
    finally:
        try:
            settle(database)
        finally:
            database.close()


def has_database(folder: Path, settings: Settings) -> bool:
    """Raises DatabaseGoneError where its server does not answer."""
    return database_of(folder, settings).is_there()


def nothing_published() -> LimenError:
    return LimenError("nothing has been published here yet", "publish the folder with `limen apply` or `limen serve`")
