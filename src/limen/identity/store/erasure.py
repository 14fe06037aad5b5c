"""Erasing a person: every row that is theirs, in whichever table; and the list of who was erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from limen.clock import MINUTE, Instant, Milliseconds
from limen.credentials import is_secret
from limen.identity.model import PersonStatus
from limen.identity.store.app_tokens import app_tokens
from limen.identity.store.tables import not_before, people, sessions
from limen.storage.tables import metadata
from limen.synthetic import MARK, is_synthetic

erased_people = Table(
    "erased_people",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("journal_at", BigInteger, nullable=False, server_default="0"),
)
"""Who was erased, by their opaque ids. `journal_at`: when the journal's bodies were gone, 0 while they are not yet."""

UNDER_WAY_MS: Milliseconds = 10 * MINUTE
"""How long after somebody was erased a request or stream of theirs may still end, and be written down."""
_IS_SYNTHETIC = people.c.id.startswith(f"{MARK}_", autoescape=True)
_THEIRS = ("person_id", "owner_id")
"""What the column is called that says whose a row is, in every table of every pillar."""


def rows_of(connection: Connection, person_id: str) -> dict[str, int]:
    """How many rows in each table are this person's."""
    counted = {
        table.name: connection.scalar(select(func.count()).select_from(table).where(column == person_id)) or 0
        for table, column in _whose()
    }
    counted["people"] = connection.scalar(select(func.count()).select_from(people).where(people.c.id == person_id)) or 0
    return {name: count for name, count in counted.items() if count}


def keys_of(connection: Connection, person_id: str) -> tuple[list[str], list[str]]:
    """Ids of all sessions and of all tokens of a person."""
    return (
        list(connection.scalars(select(sessions.c.id).where(sessions.c.person_id == person_id))),
        list(connection.scalars(select(app_tokens.c.id).where(app_tokens.c.owner_id == person_id))),
    )


def delete_person(connection: Connection, person_id: str, now: Instant) -> None:
    """Delete all that is a person's, and remember that it was. The mark that kills their old sessions stays."""
    for table, column in _whose():
        connection.execute(delete(table).where(column == person_id))
    connection.execute(delete(people).where(people.c.id == person_id))
    connection.execute(delete(erased_people).where(erased_people.c.person_id == person_id))
    connection.execute(insert(erased_people).values(person_id=person_id, at=now))


def remove_synthetic(connection: Connection, person_id: str) -> list[tuple[str, str]]:
    """Delete all that a probe made for a person of its own, and every mark of it; nobody is remembered as erased.

    Returns the kinds and keys of what went, for the change feed. Raises ValueError for a real person.
    """
    if not is_synthetic(person_id):
        raise ValueError("only what a probe made is removed without a trace")
    its_sessions, its_tokens = keys_of(connection, person_id)
    of_probes = not_before.c.key.startswith(f"{MARK}_", autoescape=True)
    for table, column in _whose():
        connection.execute(delete(table).where(column == person_id))
    connection.execute(delete(people).where(people.c.id == person_id))
    connection.execute(delete(not_before).where(or_(not_before.c.key.in_([*its_sessions, *its_tokens]), of_probes)))
    gone = (("session", its_sessions), ("app_token", its_tokens), ("person", [person_id]))
    return [(kind, key) for kind, keys in gone for key in keys]


def erased_ids(connection: Connection) -> list[tuple[str, Instant]]:
    """Everybody who was erased and when, the newest last."""
    query = select(erased_people.c.person_id, erased_people.c.at).order_by(
        erased_people.c.at, erased_people.c.person_id
    )
    return [(row.person_id, row.at) for row in connection.execute(query)]


def waiting_in_journal(connection: Connection, now: Instant = 0) -> list[str]:
    """Whose bodies in the journal are not gone yet; or, by `now`, are to be looked for once more: what was under way
    when they were erased may have been written down later.
    """
    at, journal_at = erased_people.c.at, erased_people.c.journal_at
    once_more = and_(journal_at < at + UNDER_WAY_MS, at + UNDER_WAY_MS <= now)
    query = select(erased_people.c.person_id).where(or_(journal_at == 0, once_more))
    return list(connection.scalars(query.order_by(erased_people.c.person_id)))


def gone_from_journal(connection: Connection, person_ids: Iterable[str], now: Instant) -> None:
    where = erased_people.c.person_id.in_(list(person_ids))
    connection.execute(update(erased_people).where(where).values(journal_at=now))


def deactivated_before(connection: Connection, before: Instant) -> list[str]:
    """People without access whose access ended before an instant: their mark says when."""
    is_theirs = and_(not_before.c.kind == "person", not_before.c.key == people.c.id)
    query = select(people.c.id).join(not_before, is_theirs)
    where = (people.c.status == PersonStatus.INACTIVE, not_before.c.at < before, ~_IS_SYNTHETIC)
    return list(connection.scalars(query.where(*where).order_by(people.c.id)))


def invited_before(connection: Connection, before: Instant) -> list[str]:
    """People who were invited before an instant and never came."""
    where = (
        people.c.status == PersonStatus.INVITED,
        people.c.enrolled_at == 0,
        people.c.created_at < before,
        ~_IS_SYNTHETIC,
    )
    return list(connection.scalars(select(people.c.id).where(*where).order_by(people.c.id)))


def _whose(tables: MetaData = metadata) -> Iterator[tuple[Table, Column[str]]]:
    for table in tables.sorted_tables:
        if table.name != erased_people.name:
            yield from ((table, table.c[name]) for name in _THEIRS if name in table.c)


def copy_of(connection: Connection, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that is a person's, by table, without a secret in it: no hash, seed, key, or sealed text."""
    found = {}
    for table, column in (*_whose(), (people, people.c.id)):
        shown = [one for one in table.c if not is_secret(one)]
        rows = connection.execute(select(*shown).where(column == person_id))
        found[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 -- SQLAlchemy's documented way to columns by name
    return {name: rows for name, rows in found.items() if rows}
