"""A company folder with its database and journal, as commands find them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from limen.company import store
from limen.company.company import Company
from limen.company.load import load_settings
from limen.company.places import database_url, journal_folder
from limen.company.publish import earlier
from limen.company.store import Revision
from limen.errors import LimenError
from limen.settings import Settings
from limen.storage import Database


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands beside a folder. `database` is closed when the command ends."""

    root: Path
    settings: Settings
    database: Database

    @property
    def journal(self) -> Path:
        return journal_folder(self.root, self.settings)

    def newest(self) -> Revision:
        """The revision in force. Raises `LimenError` before anything was published."""
        revision = self.database.read(store.newest)
        if revision is None:
            raise nothing_published()
        return revision

    def in_force(self) -> Company:
        """The company as it is in force. Raises `LimenError`."""
        return earlier(self.database, self.newest().id)

    def revision(self, beginning: str) -> Revision:
        """The one revision whose id begins so. Raises `LimenError` where there is none, or more than one."""
        word = beginning.strip().lower()
        found = self.database.read(lambda snapshot: store.named(snapshot, word)) if word else []
        if len(found) == 1:
            return found[0]
        if found:
            raise LimenError(f"several revisions begin with {word[:40]}", "write more of the id")
        raise LimenError(f"there is no revision {word[:40]}", "`limen log` lists them")


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    """The database of the company in `folder`. Raises `LimenError` where there is none, and makes none."""
    settings = load_settings(folder)
    if not has_database(folder, settings):
        raise nothing_published()
    database = Database.open(database_url(folder, settings))
    try:
        yield Opened(folder, settings, database)
    finally:
        database.close()


def has_database(folder: Path, settings: Settings) -> bool:
    return Path(database_url(folder, settings).removeprefix("sqlite:///")).is_file()


def nothing_published() -> LimenError:
    return LimenError("nothing was published here yet", "`limen apply` or `limen serve` publishes the folder")
