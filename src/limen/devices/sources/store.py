"""What other sources say of devices, which enrolled device that is about, and how it goes with the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.devices.model import Said, checks_to_json
from limen.devices.reading import checks_of
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form, Kept, Record
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called

device_records = Table(
    "device_records",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("id", String(100), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("owner", String(254), nullable=False),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("platform", String(20), nullable=False),
    Column("form", String(20), nullable=False),
    Column("serial", String(64), nullable=False, index=True),
    Column("hardware_id", String(64), nullable=False, index=True),
    Column("is_managed", Boolean, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("checks", Text, nullable=False),
    info=rows_called("device in another source", "devices in other sources"),
)
device_matches = Table(
    "device_matches",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("record_id", String(100), primary_key=True),
    Column("device_id", String(40), primary_key=True, index=True),
    Column("word", String(20), nullable=False),
)
"""Which enrolled devices claim to be the machine of a record, and what came of it (`matching.Word`)."""
device_sources = Table(
    "device_sources",
    metadata,
    *columns(),
    Column("token_hash", LargeBinary(32), unique=True),
)
"""How it goes with each source. `token_hash` of what the source proves itself with."""
ASKED: Final = AskedStore(device_sources)
osquery_nodes = Table(
    "osquery_nodes",
    metadata,
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("source", String(40), nullable=False),
    Column("record_id", String(100), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
TABLES: Final = (device_records, device_matches, device_sources, osquery_nodes)


# What is said of a device


def said_of(connection: Connection, device_id: str) -> tuple[Said, ...]:
    """What other sources say of an enrolled device."""
    return tuple([_said(row) for row in connection.execute(_saying().where(device_matches.c.device_id == device_id))])


def said_of_each(connection: Connection, ids: Collection[str]) -> Mapping[str, tuple[Said, ...]]:
    """The same of these devices, by their ids."""
    return _by_device(connection.execute(_saying().where(device_matches.c.device_id.in_(ids))))


def said_of_all(connection: Connection) -> Mapping[str, tuple[Said, ...]]:
    """The same of every device, by its id."""
    return _by_device(connection.execute(_saying()))


def _by_device(rows: Iterable[Row[Any]]) -> Mapping[str, tuple[Said, ...]]:
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for row in rows:
        found[row.device_id].append(_said(row))
    return {device_id: tuple(said) for device_id, said in found.items()}


def _saying() -> Select[Any]:
    same = and_(device_records.c.source == device_matches.c.source, device_records.c.id == device_matches.c.record_id)
    query = select(device_records, device_matches.c.device_id, device_matches.c.word).join(device_matches, same)
    return query.where(device_matches.c.word != Word.OF_ANOTHER.value).order_by(
        device_records.c.source, device_records.c.id
    )


def _said(row: Row[Any]) -> Said:
    return Said(row.source, row.seen_at, row.is_managed, row.word == Word.MATCHED.value, checks_of(row.checks))


# Records


def records(connection: Connection, source: str, ids: Iterable[str]) -> dict[str, Kept]:
    """What is kept of these records of a source, by their ids."""
    query = select(device_records).where(device_records.c.source == source, device_records.c.id.in_(list(ids)))
    return {row.id: _kept(row) for row in connection.execute(query)}


def all_records(connection: Connection) -> list[Kept]:
    """Every record, the newest first."""
    query = select(device_records).order_by(device_records.c.seen_at.desc(), device_records.c.source)
    return [_kept(row) for row in connection.execute(query)]


def ids_of(connection: Connection, source: str) -> set[str]:
    """The ids of all records of a source."""
    return set(connection.scalars(select(device_records.c.id).where(device_records.c.source == source)))


def sources_with_records(connection: Connection) -> set[str]:
    return set(connection.scalars(select(device_records.c.source).distinct()))


def number_of(connection: Connection, source: str) -> int:
    query = select(func.count()).select_from(device_records).where(device_records.c.source == source)
    return connection.scalar(query) or 0


def keep(connection: Connection, kept: Kept) -> None:
    """Take a record in the place of the one before."""
    values = row_of(kept.record) | {"source": kept.source, "owner_id": kept.owner_id, "taken_at": kept.taken_at}
    values |= {"form": kept.record.form.value, "checks": checks_to_json(kept.record.checks)}
    where = _is(kept.source, kept.record.id)
    if not connection.execute(update(device_records).where(*where).values(values)).rowcount:
        connection.execute(insert(device_records).values(values))


def remove(connection: Connection, source: str, record_id: str) -> None:
    connection.execute(delete(device_records).where(*_is(source, record_id)))
    same = (device_matches.c.source == source, device_matches.c.record_id == record_id)
    connection.execute(delete(device_matches).where(*same))
    mine = (osquery_nodes.c.source == source, osquery_nodes.c.record_id == record_id)
    connection.execute(delete(osquery_nodes).where(*mine))


def claiming(connection: Connection, serial: str, hardware_id: str) -> list[Kept]:
    """The records of this machine in all sources."""
    found: dict[tuple[str, str], Kept] = {}
    for column, key in ((device_records.c.serial, serial), (device_records.c.hardware_id, hardware_id)):
        if key:
            for row in connection.execute(select(device_records).where(column == key)):
                found[row.source, row.id] = _kept(row)
    return list(found.values())


def believe_nothing_good(connection: Connection) -> int:
    """What sources said in a device's favour counts for nothing until they say it again; of how many records."""
    return int(connection.execute(update(device_records).values(seen_at=0)).rowcount)


# Matches


def matches(connection: Connection, source: str, record_id: str) -> dict[str, Word]:
    """What each device is to a record, by its id."""
    where = (device_matches.c.source == source, device_matches.c.record_id == record_id)
    return {row.device_id: Word(row.word) for row in connection.execute(select(device_matches).where(*where))}


def set_matches(connection: Connection, source: str, record_id: str, words: Mapping[str, Word]) -> None:
    where = (device_matches.c.source == source, device_matches.c.record_id == record_id)
    connection.execute(delete(device_matches).where(*where))
    for device_id, word in words.items():
        values = {"source": source, "record_id": record_id, "device_id": device_id, "word": word.value}
        connection.execute(insert(device_matches).values(values))


def forget_matches(connection: Connection, device_id: str) -> None:
    """The device is gone."""
    connection.execute(delete(device_matches).where(device_matches.c.device_id == device_id))


def all_matches(connection: Connection) -> dict[tuple[str, str], dict[str, Word]]:
    """Every match, by source and record."""
    found: defaultdict[tuple[str, str], dict[str, Word]] = defaultdict(dict)
    for row in connection.execute(select(device_matches)):
        found[row.source, row.record_id][row.device_id] = Word(row.word)
    return found


def matched_to(connection: Connection, device_id: str) -> list[tuple[str, str]]:
    """The records that a device is compared with, whatever came of it."""
    query = select(device_matches.c.source, device_matches.c.record_id).where(device_matches.c.device_id == device_id)
    return [(row.source, row.record_id) for row in connection.execute(query)]


# Sources


@dataclass(frozen=True, slots=True)
class SourceState(AskedState):
    """How it goes with a source: whether Limen asks it, or it sends by itself."""

    has_token: bool = False


def states(connection: Connection) -> dict[str, SourceState]:
    """By the names of the sources."""
    return {
        row.name: SourceState(**state_of(row), has_token=row.token_hash is not None)
        for row in connection.execute(select(device_sources))
    }


def set_token(connection: Connection, name: str, token_hash: bytes) -> None:
    """From now on the source proves itself with this token; the one before is gone, and what it let in, too."""
    ASKED.ensure(connection, name)
    connection.execute(update(device_sources).where(device_sources.c.name == name).values(token_hash=token_hash))
    connection.execute(delete(osquery_nodes).where(osquery_nodes.c.source == name))


def end_tokens(connection: Connection) -> int:
    """No source that sends by itself is known any more, nor any node; of how many sources."""
    connection.execute(delete(osquery_nodes))
    where = device_sources.c.token_hash.is_not(None)
    return int(connection.execute(update(device_sources).where(where).values(token_hash=None)).rowcount)


def source_of_token(connection: Connection, token_hash: bytes) -> str | None:
    return connection.scalar(select(device_sources.c.name).where(device_sources.c.token_hash == token_hash))


# Nodes of osquery


def add_node(connection: Connection, key_hash: bytes, source: str, record_id: str, now: Instant) -> int:
    """A node that enrolled; how many others of the same machine are forgotten by it."""
    same = (osquery_nodes.c.source == source, osquery_nodes.c.record_id == record_id)
    others = int(connection.execute(delete(osquery_nodes).where(*same)).rowcount)
    values = {"key_hash": key_hash, "source": source, "record_id": record_id, "made_at": now}
    connection.execute(insert(osquery_nodes).values(values))
    return others


def node(connection: Connection, key_hash: bytes) -> tuple[str, str] | None:
    """The source and the record of the node with this key."""
    row = connection.execute(select(osquery_nodes).where(osquery_nodes.c.key_hash == key_hash)).first()
    return (row.source, row.record_id) if row else None


# Inside


def _is(source: str, record_id: str) -> tuple[Any, Any]:
    return device_records.c.source == source, device_records.c.id == record_id


def _kept(row: Row[Any]) -> Kept:
    record = value_of(Record, row, form=Form(row.form), checks=checks_of(row.checks))
    return Kept(row.source, record, row.owner_id, row.taken_at)
