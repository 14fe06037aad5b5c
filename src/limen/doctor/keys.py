"""The master key: it is present, readable only by its owner, and decrypts what the database contains."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from limen.company.places import key_file
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.errors import LimenError
from limen.finding import Finding, State
from limen.storage.master_key import CREDENTIAL, VARIABLE, existing_key

NAME: Final = "keyring"


async def keys(setup: Setup) -> list[Finding]:
    """It never makes a key, and never says one."""
    return [await aside(lambda: _look(setup))]


def _look(setup: Setup) -> Finding:
    file = key_file(setup.root, setup.settings)
    where = _where(setup, file)
    try:
        if where == str(file) and (wrong := _rights(file, setup.database.file or setup.data)):
            return wrong
        key = existing_key(file, setup.outside.environ)
        if key is None:
            return _missing(setup, file)
        fits = setup.database.key_opens(key) if setup.database.is_there() else None
    except PermissionError:
        return _not_ours(file)
    except LimenError as error:
        if isinstance(error.__cause__, PermissionError):
            return _not_ours(file)
        return Finding(NAME, State.WRONG, error.what, error.fix, where)
    if fits is False:
        what = "the master key does not match this database"
        return Finding(
            NAME, State.WRONG, what, "restore the key that belongs to this database; a backup may contain it", where
        )
    said = "and opens the keyring" if fits else "and there is nothing to decrypt yet"
    return Finding(NAME, State.OK, f"the master key is present, {said}", where=where)


def _where(setup: Setup, file: Path) -> str:
    environ = setup.outside.environ
    if environ.get(VARIABLE):
        return f"the variable {VARIABLE}"
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / CREDENTIAL).exists():
        return str(Path(folder) / CREDENTIAL)
    return str(file)


def _rights(file: Path, database: Path) -> Finding | None:
    """Who else may read or change it. Its owner must be whom the database belongs to, or root."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        return Finding(
            NAME, State.WRONG, "the master key is not a regular file", "replace it with a regular file", str(file)
        )
    if found.st_mode & 0o077:
        what = f"other users can read or change the master key (mode {stat.S_IMODE(found.st_mode):04o})"
        fix = f"chmod 600 {file}; if others may have read it, replace the key as well"
        return Finding(NAME, State.WRONG, what, fix, str(file))
    owner = database.stat().st_uid if database.exists() else os.geteuid()
    if found.st_uid not in {owner, 0}:
        what = f"the master key belongs to user {found.st_uid}, the database to user {owner}"
        return Finding(NAME, State.WRONG, what, f"chown {owner} {file}", str(file))
    return None


def _missing(setup: Setup, file: Path) -> Finding:
    if setup.database.is_there():
        what = "the master key is missing; without it, nothing encrypted in the database can be read"
        fix = f"restore {file} from where you keep it separately, or set {VARIABLE}"
        return Finding(NAME, State.WRONG, what, fix, str(file))
    what = "there is no master key yet; the first `limen serve` creates it"
    return Finding(NAME, State.SKIPPED, what, where=str(file))


def _not_ours(file: Path) -> Finding:
    what = "only Limen's own user can read the master key, as intended"
    return Finding(NAME, State.SKIPPED, what, "run `limen doctor` as that user to have it checked", str(file))
