"""Copies all tables from one kind of database to another, and proves by counting and hashing that nothing changed."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from limen.storage import kept_briefly
from limen.storage.backend import Told
from limen.storage.files import sync
from limen.storage.sqlite import SqliteBackend, sqlite_engine
from limen.storage.upgrade import make_tables, stored_version
from limen.storage.workers import TABLE as WORKERS

AT_ONCE: Final = 1_000
VERSION: Final = "alembic_version"
_MODULUS: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Digest:
    """A table's rows, whatever their order: how many, and the sum of their SHA-256 modulo 2^256.

    It tells a copy that went wrong from one that did not; it is no defence against somebody who chooses the rows.
    """

    rows: int = 0
    total: int = 0

    def with_row(self, row: Mapping[str, object]) -> Digest:
        return Digest(self.rows + 1, (self.total + int.from_bytes(_hash_of(row))) % _MODULUS)

    def __str__(self) -> str:
        return f"{self.rows} rows, {self.total:064x}"


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in _tables(connection, with_version=True)
    }


def digests(connection: Connection) -> dict[str, Digest]:
    """What each table holds, in a form that is the same on every kind of database."""
    found = {}
    for table in _tables(connection):
        digest = Digest()
        for row in _rows(connection, table):
            digest = digest.with_row(row)
        found[table.name] = digest
    return found


def damage(connection: Connection, ends_at: float) -> tuple[str, ...] | None:
    """What is wrong with any row, found by reading them all; () nothing, None where time (monotonic) was up."""
    for table in _tables(connection):
        try:
            for _ in _rows(connection, table):
                if monotonic() > ends_at:
                    return None
        except SQLAlchemyError as error:
            return (f"{table.name}: {reason_of(error)}",)
    return ()


def to_file(source: Connection, drawn: Mapping[str, int], target: Path, told: Told | None = None) -> None:
    """Copy all tables into the new SQLite file `target`, which is whole on the disk afterwards.

    Raises ValueError where a table did not arrive as it was, SQLAlchemyError, OSError.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = sqlite_engine(target, begin="BEGIN IMMEDIATE", size=1, read_only=False)
    try:
        with engine.begin() as copy:
            make_tables(copy, stored_version(source))
            _copy(source, copy, told)
            SqliteBackend(target).draw_after(copy, dict(drawn))
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    finally:
        engine.dispose()
    sync(target)


def from_file(source: Path, target: Connection, told: Told | None = None) -> dict[str, int]:
    """Replace all tables by those of the SQLite file `source`; which numbers were drawn there last.

    Raises ValueError where a table did not arrive as it was, SQLAlchemyError.
    """
    engine = sqlite_engine(source, begin="BEGIN", size=1, read_only=True)
    try:
        with engine.connect() as copy:
            before = MetaData()
            before.reflect(target)
            if before.tables and not stored_version(target):
                raise ValueError("it holds tables that are not Limen's")
            before.drop_all(target)
            make_tables(target, stored_version(copy))
            _copy(copy, target, told)
            return SqliteBackend(source).drawn(copy)
    finally:
        engine.dispose()


def reason_of(error: Exception) -> str:
    """The first line of what a database said: the further ones may repeat what was to be written."""
    said = getattr(error, "orig", None) if isinstance(error, DBAPIError) else error
    primary = getattr(getattr(said, "diag", None), "message_primary", None)
    return str(primary or said).strip().partition("\n")[0][:300]


def _copy(source: Connection, target: Connection, told: Told | None) -> None:
    there = {table.name: table for table in _tables(target)}
    tables = _tables(source)
    if missing := sorted({table.name for table in tables} ^ there.keys()):
        raise ValueError(f"the table {missing[0]} is known on one side only")
    whole, done = sum(rows for name, rows in counts(source).items() if name != VERSION), 0
    for table in tables:
        digest = Digest()
        batch: list[dict[str, Any]] = []
        for row in _rows(source, table):
            digest = digest.with_row(row)
            batch.append(row)
            if len(batch) == AT_ONCE:
                done = _written(target, there[table.name], batch, done, whole, told)
        done = _written(target, there[table.name], batch, done, whole, told)
        arrived = Digest()
        for row in _rows(target, there[table.name]):
            arrived = arrived.with_row(row)
        if arrived != digest:
            raise ValueError(f"the table {table.name} did not arrive as it was ({digest}; {arrived})")


def _written(
    target: Connection, table: Table, batch: list[dict[str, Any]], done: int, whole: int, told: Told | None
) -> int:
    """Write and empty `batch`; how many rows of the whole are written then."""
    if batch:
        try:
            target.execute(insert(table), batch)
        except (SQLAlchemyError, UnicodeError) as error:
            raise ValueError(f"a row of {table.name} can't be written: {reason_of(error)}") from error
    done += len(batch)
    batch.clear()
    if told is not None:
        told(done, whole)
    return done


def _tables(connection: Connection, *, with_version: bool = False) -> list[Table]:
    names = sorted(inspect(connection).get_table_names())
    found = MetaData()
    left_out = {WORKERS, kept_briefly.NAME} | (set() if with_version else {VERSION})
    found.reflect(connection, only=[name for name in names if name not in left_out])
    return [found.tables[name] for name in sorted(found.tables)]


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    chosen = select(table).execution_options(yield_per=AT_ONCE)
    for row in connection.execute(chosen).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _hash_of(row: Mapping[str, object]) -> bytes:
    hashed = sha256()
    for name in sorted(row):
        for part in (name.encode(), *_written_value(row[name])):
            hashed.update(len(part).to_bytes(8) + part)
    return hashed.digest()


def _written_value(value: object) -> tuple[bytes, bytes]:
    """A value with its kind: 1, 1.0, True, "1" and b"1" differ, and so do "" and nothing."""
    if value is None:
        return b"none", b""
    if isinstance(value, bool):
        return b"bool", b"1" if value else b"0"
    if isinstance(value, int):
        return b"int", str(value).encode()
    if isinstance(value, float):
        return b"float", struct.pack(">d", value)
    if isinstance(value, str):
        return b"text", value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b"bytes", value
    raise ValueError(f"values of kind {type(value).__name__} have no form that is the same everywhere")
