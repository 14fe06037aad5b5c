"""A PostgreSQL database, walked through column by column: a sample of each, read and never written.

Each question has its own short time, in a transaction that is read-only. Nothing of the database's own runs: no view,
no type that somebody made, no policy for rows (`row_security = off` refuses a table whose rows it would choose).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from limen.data.inventory.folders import WalkError
from limen.data.inventory.model import Audience, Batch, Evidence, Gone, Item, Unreadable
from limen.extras import how_to_install
from limen.ssrf_guard import names_this_machine, places_of

if TYPE_CHECKING:
    import psycopg

MOST_ROWS: Final = 1_000
"""Of a column."""
LONGEST_VALUE: Final = 4_096
"""Characters of one value that are looked into."""
ANSWER_MS: Final = 5_000
AT_ONCE: Final = 50
"""Columns of a batch."""
MOST_COLUMNS: Final = 20_000
_SMALL_PAGES: Final = 200
"""A table of fewer pages is read from its beginning: a sample of its pages might have none."""
_ROWS_PER_PAGE: Final = 20
_READ: Final = (
    "text", "varchar", "bpchar", "name", "json", "jsonb", "xml", "int8", "numeric", "_text", "_varchar", "inet",
)  # fmt: skip
"""PostgreSQL's own types whose text may hold something. Neither dates nor short numbers: cards and IBANs are longer."""

_COLUMNS: Final = """
SELECT n.nspname, c.relname, a.attname, c.relpages, greatest(c.reltuples, 0)::bigint AS rows,
  coalesce((SELECT s.avg_width FROM pg_catalog.pg_stats s
    WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname LIMIT 1), 0) AS width,
  coalesce((SELECT t.n_tup_ins + t.n_tup_upd + t.n_tup_del FROM pg_catalog.pg_stat_user_tables t
    WHERE t.relid = c.oid), 0) AS written,
  EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) e WHERE e.grantee = 0 AND e.privilege_type = 'SELECT') AS is_open,
  c.oid::bigint AS table_id, a.attnum
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid AND y.typnamespace = 'pg_catalog'::regnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND y.typname = ANY(%(types)s)
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%' AND a.attgenerated <> 'v'
  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Database:
    """Where one is, and as whom Limen reads it. `host`: a name, an address, or the folder of a socket."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(default="", repr=False)

    @property
    def is_on_this_machine(self) -> bool:
        return self.host.startswith("/") or names_this_machine(self.host) or self.host in {"127.0.0.1", "::1"}


def database_at(address: str, password: str = "") -> Database:
    """`postgresql://reader@db.harbor.example/erp`; `?host=/var/run/postgresql` is a socket. Raises ValueError."""
    parts = urlsplit(address)
    query = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    host = query.pop("host", [parts.hostname or ""])[0]
    name, user = unquote(parts.path.strip("/")), unquote(parts.username or "")
    is_whole = parts.scheme == "postgresql" and host and name and "/" not in name and user
    if not is_whole or query or parts.password is not None or parts.fragment:
        raise ValueError(address)
    return Database(host, parts.port or 5432, name, user, password)


@dataclass(frozen=True, slots=True)
class _Column:
    schema: str
    table: str
    name: str
    pages: int
    rows: int
    width: int
    written: int
    is_open: bool
    table_id: int
    number: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.schema, self.table, self.name

    def item(self) -> Item:
        return Item(
            key=msgspec.json.encode(self.key).decode(),
            path="/".join(one.replace("/", "∕") for one in self.key),
            size=self.rows * self.width,
            changed_at=0,
            etag=f"{self.table_id:x}-{self.number:x}-{self.written:x}",
            audience=Audience.COMPANY if self.is_open else Audience.NAMED,
        )


class DatabaseWalker:
    """Walks through a database by a connection of its own for each question: none is held while values are scanned."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._addresses: tuple[str, ...] = ()
        self._columns: dict[str, _Column] = {}

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        await self._find()
        columns = await asyncio.to_thread(self._listed)
        after = tuple(msgspec.json.decode(cursor, type=list[str])) if cursor else ()
        start = next((number for number, one in enumerate(columns, 1) if one.key == after), 0)
        self._columns = {one.item().key: one for one in columns}
        for at in range(start, len(columns), AT_ONCE):
            some = [one.item() for one in columns[at : at + AT_ONCE]]
            is_last = at + AT_ONCE >= len(columns)
            missed = int(is_last and len(columns) >= MOST_COLUMNS)
            yield Batch(tuple(some), "" if is_last else some[-1].key, whole=len(columns), missed=missed)
        if start >= len(columns):
            yield Batch((), "")

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        """Each value of the sample in a line of its own, after the column's name, which says what it may be."""
        column = self._columns.get(item.key)
        if column is None:
            raise Gone
        values = await asyncio.to_thread(self._sample, column)
        said = column.name.replace("_", " ").encode()
        for value in values:
            yield said + b": " + value.encode("utf-8", "replace") + b"\n"

    async def evidence(self) -> Evidence:
        """Whether its connections are encrypted; what is stored, PostgreSQL itself never encrypts."""
        return Evidence(is_transit_encrypted=True)  # else there is no connection: see `_arguments`

    # Inside

    async def _find(self) -> None:
        """The addresses of the host, none that is forbidden."""
        if not self._database.host.startswith("/"):
            try:
                places = await places_of(self._database.host, self._database.port)
            except OSError:
                raise WalkError("the database's host is not known", "look at `where`") from None
            self._addresses = tuple(dict.fromkeys(str(address[0]) for _, _, address in places))

    def _arguments(self) -> dict[str, Any]:
        """Over a network only with TLS, and no password to whoever answers: nobody's certificate is known, so the proof
        of the password is bound to this connection (RFC 5929), and who stands in between can't pass it on.
        """
        one, words = self._database, dict[str, Any]()
        if self._addresses:
            words["hostaddr"] = ",".join(self._addresses)
        if not one.is_on_this_machine:
            words |= {"sslmode": "require", "require_auth": "scram-sha-256", "channel_binding": "require"}
        options = (
            f"-c statement_timeout={ANSWER_MS} -c lock_timeout=1000 -c idle_in_transaction_session_timeout={ANSWER_MS}"
            " -c default_transaction_read_only=on -c row_security=off -c search_path="
        )
        return {
            **words,
            "host": ",".join([one.host] * max(1, len(self._addresses))),
            "port": one.port,
            "dbname": one.name,
            "user": one.user,
            **({"password": one.password} if one.password else {}),
            "application_name": "limen data inventory",
            "client_encoding": "utf8",
            "connect_timeout": 5,
            "options": options,
            "passfile": "/dev/null",
        }

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any]]:
        """A read-only transaction. Raises WalkError, which holds nothing of what the server said."""
        try:
            import psycopg  # noqa: PLC0415 -- an extra
        except ImportError:
            raise WalkError("the driver for PostgreSQL is not installed", how_to_install("postgresql")) from None
        try:
            with psycopg.connect(**self._arguments()) as connection:
                connection.read_only = True
                yield connection
        except psycopg.Error as error:
            state = f" ({error.sqlstate})" if error.sqlstate else ""
            raise WalkError(
                f"the database does not let Limen read{state}", "look at `where`, the password, and the role's rights"
            ) from None

    def _listed(self) -> list[_Column]:
        with self._reading() as connection:
            rows = connection.execute(_COLUMNS, {"types": list(_READ), "most": MOST_COLUMNS}).fetchall()
        return [_Column(*row) for row in rows]

    def _sample(self, column: _Column) -> Sequence[str]:
        from psycopg import errors, sql  # noqa: PLC0415 -- an extra

        share = min(100.0, 100.0 * MOST_ROWS / _ROWS_PER_PAGE / max(column.pages, 1))
        sampled = sql.SQL("TABLESAMPLE SYSTEM ({})").format(sql.Literal(round(share, 6)))
        asked = sql.SQL(
            "SELECT pg_catalog.left({name}::pg_catalog.text, {longest}) FROM {table} {sampled}"
            " WHERE {name} IS NOT NULL LIMIT {most}"
        ).format(
            name=sql.Identifier(column.name),
            table=sql.Identifier(column.schema, column.table),
            sampled=sampled if column.pages > _SMALL_PAGES else sql.SQL(""),
            longest=sql.Literal(LONGEST_VALUE),
            most=sql.Literal(MOST_ROWS),
        )
        with self._reading() as connection:
            try:
                return [str(value) for (value,) in connection.execute(asked)]
            except (errors.UndefinedTable, errors.UndefinedColumn):
                raise Gone from None
            except (errors.QueryCanceled, errors.LockNotAvailable, errors.InsufficientPrivilege, errors.DataError):
                raise Unreadable from None
