"""What sources said of people, who of them is whom here, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update as updated,
)

from limen.clock import Instant
from limen.identity.sources.model import Did, SourcePerson, Waits
from limen.identity.store.tables import people
from limen.storage.rows import put
from limen.storage.tables import metadata, rows_called

KEPT_RUNS: Final = 50
"""Of each source."""

source_people = Table(
    "source_people",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("person_id", String(40), nullable=False, server_default="", index=True),
    Column("said", Text, nullable=False),
    Column("is_there", Boolean, nullable=False),
    Column("is_due", Boolean, nullable=False),
    Column("waits", String(20), nullable=False, server_default=""),
    Column("held", String(10), nullable=False, server_default=""),
    Column("takes", Text, nullable=False, server_default=""),
    Column("is_ended", Boolean, nullable=False),
    Column("taken_at", BigInteger, nullable=False, server_default="0"),
    Column("changed_at", BigInteger, nullable=False),
    info=rows_called("record of a source of people", "records of sources of people"),
)
source_runs = Table(
    "source_runs",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("source", String(40), nullable=False, index=True),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("counts", Text, nullable=False),
    Column("failed", String(300), nullable=False, server_default=""),
)
TABLES: Final = (source_people, source_runs)


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says of one person. `person_id` is who they are here ("": nobody yet).

    `is_there`: the source still names them. `is_due`: it said something that was not applied yet. `waits` is a `Waits`,
    `held` a `Held`, "" for neither, and `takes` what is not taken by that (see `Step`; nothing: it was not written down
    then). `is_ended`: this source ended their access, so it may give it back; `taken_at` is when it last took something
    from them.
    """

    source: str
    external_id: str
    said: SourcePerson
    person_id: str = ""
    is_there: bool = True
    is_due: bool = False
    waits: str = ""
    held: str = ""
    takes: frozenset[str] = frozenset()
    is_ended: bool = False
    taken_at: Instant = 0
    changed_at: Instant = 0

    @property
    def is_open_when_gone(self) -> bool:
        """Whether something is still to be taken from them when the source does not name them."""
        return self.is_there or bool(self.held) or self.waits == Waits.LAST_ADMINISTRATOR


def record_of(connection: Connection, source: str, external_id: str) -> Record | None:
    row = connection.execute(_RECORD, {"source": source, "external_id": external_id}).first()
    return _record(row) if row is not None else None


_RECORD: Final = select(source_people).where(
    source_people.c.source == bindparam("source"), source_people.c.external_id == bindparam("external_id")
)
"""Built once: it is asked for with each that a source names."""


def of_person(connection: Connection, person_id: str) -> list[Record]:
    """What every source says of somebody here."""
    query = select(source_people).where(source_people.c.person_id == person_id).order_by(source_people.c.source)
    return [_record(row) for row in connection.execute(query)]


def of_source(connection: Connection, source: str) -> list[Record]:
    query = select(source_people).where(source_people.c.source == source).order_by(source_people.c.external_id)
    return [_record(row) for row in connection.execute(query)]


def applied(connection: Connection, source: str) -> dict[str, SourcePerson]:
    """What was said of whom the source names, by external ID, where all of it was done."""
    is_open = source_people.c.is_due | (source_people.c.waits != "") | (source_people.c.held != "")
    query = select(source_people).where(source_people.c.source == source, source_people.c.is_there, ~is_open)
    return {row.external_id: _record(row).said for row in connection.execute(query)}


def linked(connection: Connection) -> dict[str, list[Record]]:
    """What sources say of everybody who is here, by their id."""
    found: dict[str, list[Record]] = {}
    query = select(source_people).where(source_people.c.person_id != "").order_by(source_people.c.source)
    for row in connection.execute(query):
        found.setdefault(row.person_id, []).append(_record(row))
    return found


def of_nobody(connection: Connection, most: int) -> list[Record]:
    """Of people whom sources name and who are nobody here, while somebody has to say who they are."""
    is_open = (source_people.c.waits != "") & (source_people.c.person_id == "") & source_people.c.is_there
    query = select(source_people).where(is_open).order_by(source_people.c.source, source_people.c.external_id)
    return [_record(row) for row in connection.execute(query.limit(most))]


def waiting(connection: Connection, source: str) -> list[Record]:
    """Of whom an administrator has to say something, or has said that they stay out."""
    is_open = (source_people.c.waits != "") | (source_people.c.held != "")
    query = select(source_people).where(source_people.c.source == source, is_open).order_by(source_people.c.changed_at)
    return [_record(row) for row in connection.execute(query)]


def spared(connection: Connection, source: str) -> dict[str, str]:
    """Whom each record is about that waits for another administrator, by its external ID."""
    is_spared = source_people.c.waits == Waits.LAST_ADMINISTRATOR
    query = select(source_people.c.external_id, source_people.c.person_id)
    rows = connection.execute(query.where(source_people.c.source == source, is_spared))
    return {row.external_id: row.person_id for row in rows}


def due(connection: Connection, source: str, most: int) -> list[str]:
    """External IDs of those of whom something was said that was not applied yet."""
    query = select(source_people.c.external_id).where(source_people.c.source == source, source_people.c.is_due)
    return list(connection.scalars(query.order_by(source_people.c.external_id).limit(most)))


def save(connection: Connection, record: Record) -> None:
    put(connection, source_people, _row(record))


def mark_due(connection: Connection, source: str, said: Iterable[SourcePerson], now: Instant) -> None:
    """Keep what the source says of people it named before, to be applied later."""
    for one in said:
        values = {"said": _text(one), "is_due": True, "is_there": True, "changed_at": now}
        connection.execute(updated(source_people).where(_is(source, one.external_id)).values(values))


def forget_ends(connection: Connection, person_id: str) -> None:
    """No source may give them access back for having ended it before."""
    connection.execute(updated(source_people).where(source_people.c.person_id == person_id).values(is_ended=False))


def forget(connection: Connection, source: str, external_id: str) -> None:
    connection.execute(delete(source_people).where(_is(source, external_id)))


def count_linked(connection: Connection, source: str, since: Instant) -> int:
    """How many people the source names, or named until it took something from them since then. Who is here only since
    then does not count: a source could invent thousands, and take from as many as that makes a share of.
    """
    is_known = source_people.c.is_there | (source_people.c.taken_at >= since)
    is_linked = (source_people.c.source == source) & (source_people.c.person_id == people.c.id) & is_known
    return connection.scalar(select(func.count()).where(is_linked, people.c.created_at < since)) or 0


def taken_since(connection: Connection, source: str, since: Instant) -> int:
    """From how many the source took something since then."""
    is_taken = (source_people.c.source == source) & (source_people.c.taken_at >= since)
    return connection.scalar(select(func.count()).select_from(source_people).where(is_taken)) or 0


def count_held(connection: Connection, source: str, held: str) -> int:
    is_held = (source_people.c.source == source) & (source_people.c.held == held)
    return connection.scalar(select(func.count()).select_from(source_people).where(is_held)) or 0


def counts_of(connection: Connection) -> dict[str, dict[str, int]]:
    """Of each source how many records it has: all, linked, that wait, that are held."""
    found: dict[str, dict[str, int]] = {}
    columns = (source_people.c.source, source_people.c.person_id != "", source_people.c.waits, source_people.c.held)
    is_spared = source_people.c.waits == Waits.LAST_ADMINISTRATOR
    is_shown = source_people.c.is_there | (source_people.c.held != "") | is_spared
    for source, is_linked, waits, held, number in connection.execute(
        select(*columns, func.count()).where(is_shown).group_by(*columns)
    ):
        counts = found.setdefault(source, {"all": 0, "linked": 0, "waits": 0, "held": 0})
        counts["all"] += number
        counts["linked"] += number if is_linked else 0
        counts["waits"] += number if waits not in {"", "ignored"} else 0
        counts["held"] += number if held == "asked" else 0
    return found


def keys_of_person(connection: Connection, person_id: str) -> list[tuple[str, str]]:
    """The sources that name somebody here, each with what it calls them."""
    columns = source_people.c.source, source_people.c.external_id
    rows = connection.execute(select(*columns).where(source_people.c.person_id == person_id))
    return [(row.source, row.external_id) for row in rows]


def forget_unlinked_of(connection: Connection, email: str, name: str) -> list[tuple[str, str]]:
    """Delete what sources say of nobody here under this address or name, for somebody is erased; gives their sources,
    each with what it called them.
    """
    unlinked = map(_record, connection.execute(select(source_people).where(source_people.c.person_id == "")).all())
    theirs = [
        one for one in unlinked if one.said.email.casefold() == email.casefold() or (name and one.said.name == name)
    ]
    for one in theirs:
        forget(connection, one.source, one.external_id)
    return [(one.source, one.external_id) for one in theirs]


# Runs


@dataclass(frozen=True, slots=True)
class Run:
    """One run over all that a source has, or a day of its single requests. `failed` says why there was none."""

    id: str
    source: str
    started_at: Instant
    ended_at: Instant
    counts: Mapping[str, int]
    failed: str = ""

    @property
    def changes(self) -> dict[str, int]:
        """What it did and left open, without what was as it should be."""
        quiet = {Did.UNCHANGED, Did.NOTHING}
        return {name: number for name, number in self.counts.items() if number and name not in quiet}


_NEWER: Final = updated(source_runs).where(source_runs.c.id == bindparam("run"))


def save_run(connection: Connection, run: Run) -> None:
    """Keep a run, or what is newer of the one of this id; older ones than the last 50 are forgotten."""
    values = {
        "source": run.source,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "counts": msgspec.json.encode(dict(run.counts)).decode(),
        "failed": run.failed[:300],
    }
    if connection.execute(_NEWER, {"run": run.id, **values}).rowcount:
        return
    connection.execute(insert(source_runs).values(id=run.id, **values))
    old = select(source_runs.c.id).where(source_runs.c.source == run.source).order_by(source_runs.c.ended_at.desc())
    gone = list(connection.scalars(old.offset(KEPT_RUNS)))
    connection.execute(delete(source_runs).where(source_runs.c.id.in_(gone)))


def run_of(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(_RUN, {"run": run_id}).first()
    return _run(row) if row is not None else None


_RUN: Final = select(source_runs).where(source_runs.c.id == bindparam("run"))


def runs_of(connection: Connection, source: str, most: int = KEPT_RUNS) -> list[Run]:
    """The newest first."""
    query = select(source_runs).where(source_runs.c.source == source)
    return [_run(row) for row in connection.execute(query.order_by(source_runs.c.ended_at.desc()).limit(most))]


def _run(row: Row[Any]) -> Run:
    counts = msgspec.json.decode(row.counts, type=dict[str, int])
    return Run(row.id, row.source, row.started_at, row.ended_at, counts, row.failed)


# Rows


def _is(source: str, external_id: str) -> Any:
    return (source_people.c.source == source) & (source_people.c.external_id == external_id)


def _text(said: SourcePerson) -> str:
    return msgspec.json.encode(said).decode()


def _row(record: Record) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {**values, "said": _text(record.said), "takes": " ".join(sorted(record.takes))}


def _record(row: Row[Any]) -> Record:
    said = msgspec.json.decode(row.said, type=SourcePerson)
    values = {field.name: getattr(row, field.name) for field in fields(Record)}
    return Record(**{**values, "said": said, "takes": frozenset(row.takes.split())})
