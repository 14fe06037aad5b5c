"""The seam between Limen and its database: everything that differs between SQLite and PostgreSQL, and nothing else.

Each kind is one file: `sqlite.py` and `postgresql.py`. Whatever is SQL that both understand stands in the stores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from limen.storage.errors import DatabaseUnfitError, StorageError

if TYPE_CHECKING:
    from limen.clock import Clock
    from limen.storage.database_check import Examined
    from limen.storage.table_copy import Digest
    from limen.storage.workers import Workers

T = TypeVar("T")
Told = Callable[[int, int], None]
"""Hears how much of how much is done."""

READERS = 4
BESIDE_READERS = 2
"""Who reads in a thread of their own: the change feed, and what carries events to the journal."""
BUSY_MS = 5_000
"""How long a transaction waits for another process that is writing."""


class Claim(Protocol):
    """The right to use a database, or to be the one who does something over it."""

    def hold(self) -> None:
        """Make sure that the claim stands.

        Raises DatabaseTakenError where somebody else has it, DatabaseGoneError where nobody can be asked.
        """

    def close(self) -> None:
        """Give it up."""


class Backend(Protocol):
    """One database of one kind."""

    @property
    def file(self) -> Path | None:
        """The file that holds all of it; None where a server does."""

    @property
    def place(self) -> str:
        """What people call it: a file's path, or a URL without its password."""

    def is_there(self) -> bool:
        """Whether Limen has kept anything there yet. Raises DatabaseUnfitError where it can't be asked."""

    def writer(self) -> Engine:
        """Where transactions write, one after the other over all processes: each holds the one lock to its commit.

        Raises DatabaseUnfitError for a database that would not do.
        """

    def readers(self) -> Engine:
        """Where each transaction reads one snapshot, and can't write."""

    def brief(self) -> Engine:
        """Where `kept_briefly` is, its table made: whoever commits there waits for no disk. One connection."""

    def break_off(self) -> None:
        """End every connection under way at once, whatever waits for it: so that a stop never hangs on a server."""

    def storage_error(self, error: DBAPIError) -> StorageError | None:
        """What a person can do something about; None for anything else."""

    def announce(self, connection: Connection) -> None:
        """Wake whoever listens by another backend, in this process or others, once the transaction has committed."""

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told`, on a thread of its own, after commits that others announced. Returns how to stop."""

    def refuse_stale(self, connection: Connection) -> None:
        """Raises DatabaseReadOnlyError where this may be an old copy of the database: nobody decides by that."""

    def announced(self) -> None:
        """The same where that is possible only after the commit."""

    def claim(self, *, is_shared: bool) -> Claim:
        """The claim to this database, not made yet: shared with all workers that decide by it, or for oneself alone."""

    def leadership(self) -> Claim:
        """The claim to be the one worker, of all on this database, that does what is to be done once."""

    def workers(self, folder: Path | None, clock: Clock, had_predecessors: Callable[[], bool]) -> Workers:
        """The register of workers; `folder` is where those of this machine keep their locks."""

    def drawn(self, connection: Connection) -> dict[str, int]:
        """The last number that was drawn for each table whose numbers are never used twice."""

    def draw_after(self, connection: Connection, drawn: dict[str, int]) -> None:
        """Go on drawing after these numbers."""

    def schema(self) -> str:
        """The version it is at; "" for an empty one. Raises DatabaseUnfitError."""

    def counts(self) -> dict[str, int]:
        """How many rows each table holds. Raises DatabaseUnfitError."""

    def size_bytes(self) -> int:
        """How large it is. Raises DatabaseUnfitError, OSError."""

    def examine(self, seconds: float) -> Examined:
        """Look whether it is sound, for about so long. Raises DatabaseUnfitError, OSError."""

    def key_opens(self, master: bytes) -> bool | None:
        """Whether the master key opens every key in it; None where it holds none. Raises DatabaseUnfitError."""

    def copy_to(self, target: Path, at_that_instant: Callable[[], T], told: Told | None = None) -> T:
        """Copy it as it stands at one instant to the new SQLite file `target`, which is what backups hold.

        Returns what `at_that_instant` returned while nobody could commit. Raises CopyFailedError, OSError.
        """

    def put_back(self, copy: Path, told: Told | None = None, *, is_rehearsal: bool = False) -> None:
        """Make it what the SQLite file `copy` holds, in one transaction; a rehearsal then takes it all back.

        Raises CopyFailedError, OSError.
        """

    def digests(self) -> dict[str, Digest]:
        """What each table holds, comparable between all kinds. Raises DatabaseUnfitError."""


@contextmanager
def claimed(backend: Backend) -> Iterator[None]:
    """Have the database alone for a while. Raises DatabaseTakenError where a server uses it, DatabaseGoneError."""
    claim = backend.claim(is_shared=False)
    try:
        claim.hold()
        yield
    finally:
        claim.close()


def backend_of(where: str | Path, password: Callable[[], str] | None = None) -> Backend:
    """The database at a URL or a file path. `password` is asked at each new connection, so it may change meanwhile.

    Raises DatabaseUnfitError for what isn't supported, and for a URL that holds a password.
    """
    from limen.storage.sqlite import SqliteBackend  # noqa: PLC0415 -- it imports this module

    address = address_of(where)
    if address.get_backend_name() == "sqlite":
        return SqliteBackend(Path(address.database or ""))
    from limen.storage.postgresql import PostgresqlBackend  # noqa: PLC0415 -- its driver is an extra

    return PostgresqlBackend(address, password)


def address_of(where: str | Path) -> URL:
    """The address that a URL or a file path is. Raises DatabaseUnfitError, whose words never repeat a password."""
    text = str(where)
    address = URL.create("sqlite", database=text)
    if "://" in text:
        try:
            address = make_url(text)
        except (ArgumentError, ValueError):  # whose words would repeat the URL
            raise DatabaseUnfitError("the database's URL can't be read", _WRITE) from None
    kind = address.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise DatabaseUnfitError(f"databases of kind {kind[:40]!r} are not supported", _WRITE)
    if address.password is not None or {"password", "passfile"} & address.query.keys():
        raise DatabaseUnfitError(
            "the database's URL contains a password, which anyone who sees the settings could read",
            "remove it; put it into the file set as password_file under [database], or into the environment",
        )
    if kind == "sqlite" and address.database in {None, "", ":memory:"}:
        raise DatabaseUnfitError(
            "a database in memory would forget everything", "give a file: sqlite:////path/limen.db"
        )
    if kind == "postgresql" and not address.database:
        raise DatabaseUnfitError("the database's URL contains no database name", _WRITE)
    return address


_WRITE: Final = "write sqlite:////path/limen.db or postgresql://limen@host/limen"
