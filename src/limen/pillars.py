"""The parts of Limen, in the order in which they are built: each a folder, and one line here.

What they declare is taken over once, before anything is read or decided; what is in use is asked of `pillars()`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from limen.access.pillar import PILLAR as ACCESS
from limen.data.pillar import PILLAR as DATA
from limen.declared import Declared
from limen.devices.pillar import PILLAR as DEVICES
from limen.enforcement.pillar import PILLAR as ENFORCEMENT
from limen.errors import LimenError
from limen.identity.pillar import PILLAR as IDENTITY
from limen.monitor.pillar import PILLAR as MONITOR
from limen.network.pillar import PILLAR as NETWORK
from limen.nodes.pillar import PILLAR as NODES
from limen.pillar import NAME, Command, Declarations, ErasedPerson, FolderFile, FolderFiles, Holdings, Pillar
from limen.sso.pillar import PILLAR as SSO

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.storage import Database, Transaction

PILLARS: Final = (IDENTITY, ENFORCEMENT, SSO, DEVICES, ACCESS, MONITOR, NETWORK, DATA, NODES)

T = TypeVar("T")


class PillarError(LimenError):
    """A part of Limen that can't be taken in. It stops the start."""


class _InUse:
    """The parts in use, and whether what they declare was taken over."""

    def __init__(self) -> None:
        self.pillars: tuple[Pillar, ...] = PILLARS
        self.are_taken_over = False


_in_use = _InUse()
FILES: Final[Declared[FolderFile[Any] | FolderFiles[Any]]] = Declared("file of the company folder", {})
"""Files of the company folder that parts brought, by their names."""


def pillars() -> tuple[Pillar, ...]:
    """The parts in use; what they declare is taken over. Raises `PillarError`, `ClaimedTwiceError`."""
    if not _in_use.are_taken_over:
        use(_in_use.pillars)
    return _in_use.pillars


def commands(own: Mapping[str, Command]) -> Mapping[str, Command]:
    """Limen's own commands, then those of the parts in use, without importing more than their lists.

    Raises `ClaimedTwiceError`.
    """
    every = Declared("command", own)
    every.compose({pillar.name: pillar.commands for pillar in _in_use.pillars})
    return every


def files() -> tuple[FolderFile[Any] | FolderFiles[Any], ...]:
    """The files of the company folder that the parts in use read, and the folders of files."""
    pillars()
    return tuple(FILES.values())


def single_files() -> tuple[FolderFile[Any], ...]:
    """Of `files`, those that are one file each."""
    return tuple(one for one in files() if isinstance(one, FolderFile))


def holdings() -> tuple[Holdings, ...]:
    """The kinds of what somebody is responsible for, of every part in use."""
    return tuple(kind for pillar in pillars() for kind in pillar.declarations().holdings)


def folders_of_files() -> tuple[FolderFiles[Any], ...]:
    """Of `files`, the folders of many."""
    return tuple(one for one in files() if isinstance(one, FolderFiles))


def use(chosen: Sequence[Pillar]) -> None:
    """From now on these parts are in use, and nothing of others is declared.

    Raises `PillarError` where one can't be taken in, and `ClaimedTwiceError` where two claim one name. Then nothing has
    changed. A process that has read or decided anything must not change its parts: it is for the start, and for tests.
    """
    _refuse_unfit(chosen)
    declared = {pillar.name: _declarations_of(pillar) for pillar in chosen}
    _take_over(declared)
    _in_use.pillars, _in_use.are_taken_over = tuple(chosen), True


@contextmanager
def using(chosen: Sequence[Pillar]) -> Iterator[None]:
    """Use these parts for a while: for tests."""
    before = _in_use.pillars
    try:
        use(chosen)
        yield
    finally:
        use(before)


def end_at_restore(transaction: Transaction, now: Instant) -> dict[str, int]:
    """End whatever must not come alive again with a backup, of every kind there is; how many of each."""
    from limen import credentials

    pillars()
    return credentials.end(transaction, credentials.Ending(cause=credentials.Cause.RESTORED, now=now))


def changed_by_erasing(connection: Connection, person_id: str) -> list[tuple[str, str]]:
    """The changes to announce when this person's rows go, of every part. Ask before they are gone."""
    return [change for pillar in pillars() for change in pillar.changed_by_erasing(connection, person_id)]


def erase_names(connection: Connection, person: ErasedPerson) -> list[tuple[str, str]]:
    """Delete what names them without their id, in every part. Returns the changes to announce."""
    return [change for pillar in pillars() for change in pillar.erase_names(connection, person)]


def refuse_missing_tables(database: Database) -> None:
    """Raises `PillarError` where a part in use keeps rows in a table that this database lacks."""
    from sqlalchemy import inspect

    present = set(database.read(lambda snapshot: inspect(snapshot.connection).get_table_names()))
    for pillar in pillars():
        for table in pillar.declarations().tables:
            if table.name not in present:
                raise PillarError(
                    f"the part {pillar.name} keeps rows in {table.name}, which the database lacks",
                    "add the migration that makes it",
                )


def _refuse_unfit(chosen: Sequence[Pillar]) -> None:
    names: set[str] = set()
    for pillar in chosen:
        if not re.fullmatch(NAME, pillar.name):
            raise PillarError(f"a part can't be called {pillar.name!r}", "use small letters and _")
        if pillar.name in names:
            raise PillarError(f"two parts are called {pillar.name}", "give one of them another name")
        names.add(pillar.name)
    Declared[object]("command", {}).compose({pillar.name: pillar.commands for pillar in chosen})
    Declared[object]("examination", {}).compose({pillar.name: pillar.examinations for pillar in chosen})
    for pillar in PILLARS:
        if not pillar.is_optional and pillar.name not in names:
            raise PillarError(f"Limen can't do without the part {pillar.name}", "put it back into the list")


def _declarations_of(pillar: Pillar) -> Declarations:
    try:
        return pillar.declarations()
    except Exception as error:
        raise PillarError(f"the part {pillar.name} can't be taken in: {error}", "mend it, or leave it out") from error


def _refuse_secrets_without_an_end(declared: dict[str, Declarations]) -> None:
    """Raises `PillarError` where a part keeps secrets of somebody, and no kind of credential says how they end."""
    from limen.credentials import CREDENTIALS, unspoken_for

    for name, one in declared.items():
        for table in unspoken_for(one.tables, CREDENTIALS.values()):
            raise PillarError(
                f"the part {name} keeps secrets of somebody in {table}, and nothing says when they end",
                "declare a CredentialKind for it",
            )


def _refuse_kinds_that_cannot_tell(declared: dict[str, Declarations]) -> None:
    """Raises `PillarError` where a kind of credential can't say what remains of somebody: no end could be proved."""
    from limen.credentials import CREDENTIALS, cannot_tell
    from limen.storage import metadata

    tables = [*metadata.tables.values(), *(table for one in declared.values() for table in one.tables)]
    for name in cannot_tell(CREDENTIALS.values(), tables):
        raise PillarError(
            f"the part {CREDENTIALS.owner_of(name)} does not say what remains of somebody's {name}",
            "give its CredentialKind a `remains`",
        )


def _take_over(declared: dict[str, Declarations]) -> None:
    """All lists, or none: each is tried before any is left changed."""
    from limen.credentials import CREDENTIALS
    from limen.events.kinds import KINDS, declared as by_name
    from limen.messages.catalogue import CATALOGUE_FOLDERS as MESSAGES
    from limen.policy.attributes import ATTRIBUTES
    from limen.settings import SECTIONS
    from limen.storage.upgrade import MIGRATION_FOLDERS
    from limen.storage.written_with import WRITTEN_WITH

    kinds = {name: by_name(*one.events) for name, one in declared.items()}
    credentials = {name: {kind.name: kind for kind in one.credentials} for name, one in declared.items()}
    attributes = {name: {row.path: row for row in one.attributes} for name, one in declared.items()}
    sections = {name: {name: one.settings} for name, one in declared.items() if one.settings is not None}
    files = {
        name: {file.name: file for file in (*one.files, one.folder) if file is not None}
        for name, one in declared.items()
    }
    folders = {name: {name: one.migrations} for name, one in declared.items() if one.migrations is not None}
    messages = {name: {name: one.messages} for name, one in declared.items() if one.messages is not None}
    written_with = {name: {name: one.written_with} for name, one in declared.items() if one.written_with is not None}
    lists: tuple[tuple[Declared[Any], dict[str, dict[str, Any]]], ...] = (
        (MESSAGES, messages),  # before what looks whether there are words for it
        (ATTRIBUTES, attributes),
        (KINDS, kinds),
        (CREDENTIALS, credentials),
        (SECTIONS, sections),
        (FILES, files),
        (MIGRATION_FOLDERS, folders),
        (WRITTEN_WITH, written_with),
    )
    befores = [one.parts for one, _ in lists]
    try:
        for one, parts in lists:
            one.compose(parts)
        _refuse_secrets_without_an_end(declared)
        _refuse_kinds_that_cannot_tell(declared)
    except LimenError:
        for (one, _), before in zip(lists, befores, strict=True):
            one.compose(before)
        raise
