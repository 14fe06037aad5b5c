"""What can go wrong with what Limen keeps, each with what to do about it."""

from __future__ import annotations

from limen.errors import LimenError


class StorageError(LimenError):
    """The root of storage's errors."""


class DatabaseUnfitError(StorageError):
    """The database can't be used as it is: newer than this Limen, or of a kind that isn't supported."""


class DatabaseBusyError(StorageError):
    """Another program holds the database; nothing of what was to be written was."""

    def __init__(self) -> None:
        super().__init__("Another program has been writing to Limen's database for too long", "try again in a moment")


class DatabaseFullError(StorageError):
    """There is no room for what was to be written; nothing of it was."""

    def __init__(self) -> None:
        super().__init__("Limen's disk is full, so nothing can be changed", "tell your administrator")


class DatabaseGoneError(StorageError):
    """The database's server doesn't answer; whether what was being written was, nobody knows."""

    def __init__(self, what: str = "") -> None:
        super().__init__(
            what or "Limen's database can't be reached, so nothing can be looked up or changed", "try again in a moment"
        )


class DatabaseReadOnlyError(StorageError):
    """The database takes nothing: it may be a copy that is no longer kept up to date."""

    def __init__(self) -> None:
        super().__init__(
            "Limen's database can only be read at the moment, so nothing can be changed", "tell your administrator"
        )


class DatabaseTakenError(StorageError):
    """Another server of Limen uses this database."""

    def __init__(self) -> None:
        super().__init__(
            "another Limen server uses this database",
            "stop it first, on whichever machine it runs; several machines can share it as nodes: `limen node join`",
        )


class ChainTakenError(StorageError):
    """Another machine's worker writes the chain of the journal that this one is to write."""

    def __init__(self, chain: str) -> None:
        super().__init__(
            f"another machine runs Limen over this database, and writes journal {chain} as well",
            "let this one join as a node: `limen node join`, with a name of its own where its data was copied",
        )


class KeyUnusableError(StorageError):
    """The master key is missing, malformed, or readable by others."""


class SealBrokenError(StorageError):
    """A sealed value doesn't open: altered, moved to another row or column, or sealed under another master key."""


class JournalBusyError(StorageError):
    """Another process is writing to this journal."""


class CopyRefusedError(StorageError):
    """What another node sent is not how its chain goes on; nothing of it is kept."""

    def __init__(self, writer: str, what: str) -> None:
        super().__init__(
            f"the copy of journal {writer} can't go on: {what}", "run `limen journal verify` on both nodes"
        )


class JournalUnwritableError(StorageError):
    """The journal can't be written; nothing that needs its event may go on."""


class EventsUnwritableError(StorageError):
    """The event store takes nothing now; whoever has events keeps them and sends them again."""

    def __init__(self, why: str, fix: str = "make room on the disk, or give them a smaller budget") -> None:
        super().__init__(f"events can't be stored: {why}", fix)


class AskedTooMuchError(StorageError):
    """A search of the events took more time or memory than it may."""


class CopyFailedError(StorageError):
    """The database could not be copied, or a copy of it is not sound."""


class DatabaseOlderError(DatabaseUnfitError):
    """The database was written by an older Limen and was not brought over yet."""
