"""Reviews and their rows. All SQL of reviews stands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.access.reviews.model import Effect, Progress, Review, ReviewRow, Verdict, Way
from limen.clock import Instant
from limen.storage.rows import inserted
from limen.storage.tables import metadata, rows_called

MOST_LISTED: Final = 200
_AT_ONCE: Final = 500


def _text(name: str, length: int, **more: Any) -> Column[Any]:
    return Column(name, String(length), nullable=False, **more)


def _long(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _instant(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _number(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


access_reviews = Table(
    "access_reviews",
    metadata,
    _text("id", 40, primary_key=True),
    _text("name", 60),
    _instant("slot"),
    _instant("started_at"),
    _instant("closes_at"),
    _text("started_by", 40),
    Column("four_eyes", Boolean, nullable=False),
    _instant("reminds_at"),
    _instant("reminded_at"),
    _instant("escalates_at"),
    _instant("escalated_at"),
    _instant("closed_at"),
    _text("closed_by", 40),
    UniqueConstraint("name", "slot", name="uq_access_reviews_name"),
    info=rows_called("review of access", "reviews of access"),
)
"""Of one date of a calendar there is one review, whichever worker begins it. Those begun by hand have their own instant
as `slot`, negative.
"""
access_review_rows = Table(
    "access_review_rows",
    metadata,
    _text("id", 40, primary_key=True),
    _text("review_id", 40),
    _number("place"),
    _text("person_id", 40, index=True),
    _text("app", 80),
    _text("way", 10),
    _text("by", 80),
    _text("actions", 120),
    _number("version"),
    _number("used"),
    _instant("last_used"),
    _text("used_actions", 120),
    _instant("got_at"),
    _text("got_by", 40),
    _number("peers"),
    _number("peers_with"),
    _number("risk"),
    Column("removes", Boolean, nullable=False),
    _long("reviewers"),
    _long("escalates_to"),
    _text("verdict", 10),
    _text("decided_by", 40),
    _instant("decided_at"),
    _text("note", 300),
    _text("effect", 10),
    _long("restores"),
    info=rows_called("row of a review", "rows of a review"),
)
Index("ix_access_review_rows_review_id", access_review_rows.c.review_id, access_review_rows.c.place)

TABLES: Final = (access_reviews, access_review_rows)

# Reviews


def add_review(connection: Connection, review: Review, rows: Iterable[ReviewRow]) -> bool:
    """False where another worker has begun it."""
    if not inserted(connection, access_reviews, asdict(review)):
        return False
    portion: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        portion.append({**_values(row), "place": place})
        if len(portion) == _AT_ONCE:
            connection.execute(insert(access_review_rows), portion)
            portion = []
    if portion:
        connection.execute(insert(access_review_rows), portion)
    return True


def reviews(connection: Connection) -> list[Review]:
    """The newest first."""
    query = select(access_reviews).order_by(access_reviews.c.started_at.desc(), access_reviews.c.id)
    return [_review(row) for row in connection.execute(query.limit(MOST_LISTED))]


def open_reviews(connection: Connection) -> list[Review]:
    """Those that were not closed for good."""
    return [_review(row) for row in connection.execute(select(access_reviews).where(access_reviews.c.closed_at == 0))]


def review(connection: Connection, review_id: str) -> Review | None:
    row = connection.execute(select(access_reviews).where(access_reviews.c.id == review_id)).first()
    return _review(row) if row else None


def has_slot(connection: Connection, name: str, slot: Instant) -> bool:
    where = (access_reviews.c.name == name, access_reviews.c.slot == slot)
    return connection.scalar(select(access_reviews.c.id).where(*where)) is not None


def mark(connection: Connection, review_id: str, column: str, at: Instant) -> bool:
    """Keep that those of a review were reminded, or that it was escalated; False where that is kept already."""
    where = (access_reviews.c.id == review_id, access_reviews.c[column] == 0)
    return bool(connection.execute(update(access_reviews).where(*where).values({column: at})).rowcount)


def close(connection: Connection, review_id: str, at: Instant, by: str) -> bool:
    """False where it is closed already."""
    where = (access_reviews.c.id == review_id, access_reviews.c.closed_at == 0)
    return bool(connection.execute(update(access_reviews).where(*where).values(closed_at=at, closed_by=by)).rowcount)


def forget(connection: Connection, before: Instant) -> None:
    """Drop reviews that were closed before then."""
    over = select(access_reviews.c.id).where(access_reviews.c.closed_at > 0, access_reviews.c.closed_at < before)
    connection.execute(delete(access_review_rows).where(access_review_rows.c.review_id.in_(over)))
    connection.execute(
        delete(access_reviews).where(access_reviews.c.closed_at > 0, access_reviews.c.closed_at < before)
    )


# Rows


def rows(connection: Connection, review_id: str, offset: int = 0, most: int = 0) -> list[ReviewRow]:
    """In their order; all of them, or some."""
    query = select(access_review_rows).where(access_review_rows.c.review_id == review_id)
    query = query.order_by(access_review_rows.c.place)
    return [_row(one) for one in connection.execute(query.offset(offset).limit(most) if most else query)]


def decided_since(connection: Connection, since: Instant) -> list[ReviewRow]:
    """All rows of all reviews that were decided from then on, the oldest decision first."""
    query = select(access_review_rows).where(access_review_rows.c.decided_at >= since)
    ordered = query.order_by(access_review_rows.c.decided_at, access_review_rows.c.id)
    return [_row(one) for one in connection.execute(ordered)]


def row(connection: Connection, review_id: str, row_id: str) -> ReviewRow | None:
    where = (access_review_rows.c.id == row_id, access_review_rows.c.review_id == review_id)
    found = connection.execute(select(access_review_rows).where(*where)).first()
    return _row(found) if found else None


def decided_about(connection: Connection, review_id: str, person_id: str, by: str) -> bool:
    """Whether somebody decided anything about this person in a review."""
    where = (
        access_review_rows.c.review_id == review_id,
        access_review_rows.c.person_id == person_id,
        access_review_rows.c.decided_by == by,
        access_review_rows.c.verdict != "",
    )
    return connection.scalar(select(access_review_rows.c.id).where(*where).limit(1)) is not None


def removed_from(connection: Connection, review_id: str, person_id: str) -> frozenset[str]:
    """The groups that a review has taken this person out of, and not put them back."""
    where = (
        access_review_rows.c.review_id == review_id,
        access_review_rows.c.person_id == person_id,
        access_review_rows.c.effect == Effect.REMOVED.value,
        access_review_rows.c.way == Way.GROUP.value,
    )
    return frozenset(connection.scalars(select(access_review_rows.c.by).where(*where)))


def gone_with(connection: Connection, review_id: str, person_id: str, group: str) -> list[ReviewRow]:
    """The rows of a person that were over when somebody looked, which they had by this group."""
    where = (
        access_review_rows.c.review_id == review_id,
        access_review_rows.c.person_id == person_id,
        access_review_rows.c.way == Way.GROUP.value,
        access_review_rows.c.by == group,
        access_review_rows.c.effect == Effect.GONE.value,
    )
    return [_row(one) for one in connection.execute(select(access_review_rows).where(*where))]


def keep_row(connection: Connection, changed: ReviewRow, version: int) -> bool:
    """Keep a row that was of this version until now; False where somebody else was faster."""
    where = (access_review_rows.c.id == changed.id, access_review_rows.c.version == version)
    return bool(connection.execute(update(access_review_rows).where(*where).values(_values(changed))).rowcount)


def waiting_for(connection: Connection, person_id: str) -> dict[tuple[str, str], list[ReviewRow]]:
    """The rows of open reviews that nobody has decided and this person may, by the id and name of their review."""
    table = access_review_rows
    joined = table.join(access_reviews, access_reviews.c.id == table.c.review_id)
    named = table.c.reviewers.contains(msgspec.json.encode(person_id).decode(), autoescape=True)
    query = select(table, access_reviews.c.name.label("review_name")).select_from(joined)
    found: dict[tuple[str, str], list[ReviewRow]] = {}
    for row in connection.execute(query.where(access_reviews.c.closed_at == 0, table.c.verdict == "", named)):
        found.setdefault((row.review_id, row.review_name), []).append(_row(row))
    return found


def set_reviewers(connection: Connection, row_id: str, reviewers: tuple[str, ...]) -> None:
    """These decide about a row from now on."""
    table = access_review_rows
    values = {"reviewers": msgspec.json.encode(reviewers).decode(), "version": table.c.version + 1}
    connection.execute(update(table).where(table.c.id == row_id).values(values))


def progress(connection: Connection) -> dict[str, Progress]:
    """How far each review has come, by its id."""
    table = access_review_rows.c
    is_decided = table.verdict.in_(["keep", "remove", "narrow"]) | table.effect.in_(["gone", "blocked"])
    query = select(
        table.review_id,
        func.count(),
        func.sum(case((is_decided, 1), else_=0)),
        func.sum(case((table.effect == Effect.REMOVED.value, 1), else_=0)),
    ).group_by(table.review_id)
    return {one[0]: Progress(one[1], int(one[2]), int(one[3])) for one in connection.execute(query)}


# Rows to values

_TUPLES: Final = ("actions", "used_actions")
_JSON: Final = ("reviewers", "escalates_to")
_FIELDS: Final = tuple(field.name for field in fields(ReviewRow))


def _values(one: ReviewRow) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(one, name) for name in _FIELDS}
    values |= {name: " ".join(values[name]) for name in _TUPLES}
    values |= {name: msgspec.json.encode(values[name]).decode() for name in _JSON}
    return values | {"way": one.way.value, "verdict": one.verdict.value, "effect": one.effect.value}


def _review(row: Row[Any]) -> Review:
    return Review(**{column.name: getattr(row, column.name) for column in access_reviews.c})


def _row(row: Row[Any]) -> ReviewRow:
    values = {column.name: getattr(row, column.name) for column in access_review_rows.c if column.name != "place"}
    values |= {name: tuple(values[name].split()) for name in _TUPLES}
    values |= {name: msgspec.json.decode(values[name], type=tuple[str, ...]) for name in _JSON}
    values |= {"way": Way(row.way), "verdict": Verdict(row.verdict), "effect": Effect(row.effect)}
    return ReviewRow(**values)
