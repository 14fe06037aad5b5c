"""What is kept of counted hours and days, for each actor by itself, so that it goes with whoever is erased. Its only
SQL.

    keep(connection, "d1795737600000", known_by, sheet)
    kept = sheet(connection, "d1795737600000")
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
)

from limen.roadmap.counted.sheet import OfPerson, Sheet, Unnamed
from limen.storage.rows import put
from limen.storage.tables import metadata, rows_called

roadmap_counts = Table(
    "roadmap_counts",
    metadata,
    Column("span", String(20), primary_key=True),
    Column("segments", String(64), nullable=False),
    Column("actors", Integer, nullable=False),
    Column("counted", LargeBinary, nullable=False, info={"is_plain": True}),
)
"""An hour or a day of the journal, and by what its segments are known. Nobody is named in it."""
roadmap_counts_of = Table(
    "roadmap_counts_of",
    metadata,
    Column("span", String(20), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("counted", LargeBinary, nullable=False, info={"is_plain": True}),
    PrimaryKeyConstraint("span", "person_id", name="pk_roadmap_counts_of"),
    info=rows_called("day of counted requests", "days of counted requests"),
)
TABLES: Final = (roadmap_counts, roadmap_counts_of)

_C, _O = roadmap_counts.c, roadmap_counts_of.c
_LEVEL: Final = 1
_AT_ONCE: Final = 400
_person = msgspec.msgpack.Decoder(OfPerson).decode
_unnamed = msgspec.msgpack.Decoder(Unnamed).decode


def keep(connection: Connection, span: str, known_by: str, sheet: Sheet) -> None:
    """In place of what was kept of the same span."""
    forget(connection, [span])
    people = [{"span": span, "person_id": actor, "counted": _packed(one)} for actor, one in sheet.people.items()]
    if people:
        connection.execute(insert(roadmap_counts_of), people)
    row = {"span": span, "segments": known_by, "actors": len(people), "counted": _packed(sheet.together)}
    put(connection, roadmap_counts, row)


def known(connection: Connection) -> dict[str, str]:
    """By what each span is known."""
    return {row.span: row.segments for row in connection.execute(select(_C.span, _C.segments))}


def sheet(connection: Connection, span: str) -> Sheet | None:
    """None where it is not kept, or not wholly. Raises msgspec.MsgspecError or zlib.error for what can't be read."""
    whole = connection.execute(select(_C.actors, _C.counted).where(_C.span == span)).one_or_none()
    if whole is None:
        return None
    rows = connection.execute(select(_O.person_id, _O.counted).where(_O.span == span))
    people = {row.person_id: _person(zlib.decompress(row.counted)) for row in rows}
    return Sheet(people, _unnamed(zlib.decompress(whole.counted))) if len(people) == whole.actors else None


def forget(connection: Connection, spans: Collection[str]) -> None:
    for some in _portions(spans):
        connection.execute(delete(roadmap_counts).where(_C.span.in_(some)))
        connection.execute(delete(roadmap_counts_of).where(_O.span.in_(some)))


def every_span(connection: Connection) -> set[str]:
    """Also those of which only a part is left."""
    return {*connection.scalars(select(_C.span)), *connection.scalars(select(_O.span).distinct())}


def _packed(one: OfPerson | Unnamed) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(one), _LEVEL)


def _portions(spans: Iterable[str]) -> Iterator[list[str]]:
    some = sorted(spans)
    for begin in range(0, len(some), _AT_ONCE):
        yield some[begin : begin + _AT_ONCE]
