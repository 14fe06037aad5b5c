"""The database: it opens, is intact, has a version this Limen supports, and isn't locked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from limen.doctor.environment import Process
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.errors import LimenError
from limen.finding import Finding, State
from limen.storage.backend import address_of
from limen.storage.database_check import Examined

NAME: Final = "database"
CHECK_SECONDS: Final = 6.0
_LOOKS: Final = 8
_BETWEEN_SECONDS: Final = 0.25


async def database(setup: Setup) -> list[Finding]:
    """Reads it without writing a byte, whether Limen runs or not."""
    try:
        database = setup.database
        is_there = await aside(database.is_there)
    except LimenError as error:
        return [Finding(NAME, State.WRONG, error.what, error.fix, _named(setup))]
    where = database.place
    if not is_there:
        what = "there is no database yet; the first `limen serve` creates it"
        return [Finding(NAME, State.SKIPPED, what, where=where)]
    held = asyncio.create_task(_held_for_long(setup, database.file))
    try:
        examined = await aside(lambda: database.examine(CHECK_SECONDS))
    except LimenError as error:
        held.cancel()
        return [Finding(NAME, State.WRONG, error.what, error.fix, where)]
    except OSError as error:
        held.cancel()
        what = f"the database can't be read: {error.strerror}"
        return [Finding(NAME, State.WRONG, what, "make it readable for Limen's user, and run this as that user", where)]
    holder = await held
    return [*_locked(setup, holder, where), *_said(examined, where)]


async def _held_for_long(setup: Setup, file: Path | None) -> Process | None:
    """Whoever was in a write transaction at each of several looks; Limen itself is so for milliseconds.

    A server ends a writer that keeps others waiting by itself, as far as it is told to.
    """
    if file is None:
        return None
    first = None
    for look in range(_LOOKS):
        holder = setup.outside.write_holder(file)
        if holder is None or (look and holder != first):
            return None
        first = holder
        await asyncio.sleep(_BETWEEN_SECONDS)
    return first


def _locked(setup: Setup, holder: Process | None, where: str) -> list[Finding]:
    if holder is None:
        return []
    limen = setup.limen
    who = "Limen itself" if limen is not None and limen.pid == holder.pid else str(holder)
    what = f"the database is locked: {who} has held a write lock for seconds, so nothing else can be written"
    return [Finding(NAME, State.WRONG, what, f"stop what it is doing, or end process {holder.pid}", where)]


def _said(examined: Examined, where: str) -> list[Finding]:
    if examined.damage:
        what = f"the database is damaged: {'; '.join(examined.damage)}"
        return [Finding(NAME, State.WRONG, what, "stop Limen and restore the newest backup", where)]
    if examined.is_newer:
        what = f"the database is at version {examined.version}, but this Limen only supports up to {examined.newest}"
        return [
            Finding(NAME, State.WRONG, what, "run the newer Limen, or restore a backup from before the upgrade", where)
        ]
    size = f"{examined.size_bytes / 1e6:.1f} MB"
    if examined.damage is None:
        what = f"it opens ({size}), but is too large to check every page in {CHECK_SECONDS:.0f} seconds"
        return [Finding(NAME, State.OK, what, where=where)]
    if examined.version < examined.newest:
        what = f"it is intact ({size}), at version {examined.version or 'none'}: the next start upgrades it"
        return [Finding(NAME, State.OK, what, where=where)]
    return [Finding(NAME, State.OK, f"it is intact ({size}), at version {examined.version}", where=where)]


def _named(setup: Setup) -> str:
    """The URL that the settings say, unless it may hold a password."""
    try:
        address_of(setup.settings.database.url)
    except LimenError:
        return "[database] url in limen.toml"
    return setup.settings.database.url
