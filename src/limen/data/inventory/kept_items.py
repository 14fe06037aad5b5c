"""What was found in stores, in the database.

An item is kept by its place and counts, and never by a value. Whose it is stands in `owner_id`, by which an erasure
finds it: the item is found again at the next walk, and is nobody's then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from limen.clock import Instant
from limen.data.inventory.model import LONGEST_FOLDER, Audience, Counted, Item, LookedInto, item_id
from limen.facts import Label
from limen.storage.tables import metadata, rows_called

_AT_ONCE: Final = 400
NO_LABEL: Final = -1
"""In the column: nothing of a rule's was in it."""

T = TypeVar("T")

data_items = Table(
    "data_items",
    metadata,
    Column("store", String(40), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("path", Text, nullable=False),
    Column("folder", String(LONGEST_FOLDER), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("accessed_at", BigInteger, nullable=False),
    Column("owner_id", String(40), nullable=False),
    Column("audience", SmallInteger, nullable=False),
    Column("domains", Text, nullable=False),
    Column("etag", String(200), nullable=False),
    Column("walk", BigInteger, nullable=False),
    Column("label", SmallInteger, nullable=False),
    Column("why_not", String(120), nullable=False),
    Column("looked_at", BigInteger, nullable=False),
    Index("ix_data_items_store_folder", "store", "folder"),
    Index("ix_data_items_owner_id", "owner_id"),
    info=rows_called("document of a store", "documents of stores"),
)
data_item_finds = Table(
    "data_item_finds",
    metadata,
    Column("store", String(40), primary_key=True),
    Column("item", String(32), primary_key=True),
    Column("detector", String(60), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("confidence", SmallInteger, nullable=False),
    Column("is_more", Boolean, nullable=False),
)
TABLES: Final = (data_items, data_item_finds)


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item as it is kept. `label`: by its content, None where it has none by that."""

    store: str
    id: str
    path: str
    size: int
    changed_at: Instant
    accessed_at: Instant
    owner_id: str
    audience: Audience
    domains: tuple[str, ...]
    label: Label | None
    why_not: tuple[str, ...]
    looked_at: Instant
    counted: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """An item of a batch, with what looking into it gave; None where it is as it was."""

    item: Item
    owner_id: str = ""
    looked: LookedInto | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which items are asked for; what is empty or None restricts nothing.

    `label`: at least this; `above`: by store the label that is meant to lie there, and only items above it.
    `audience`: at least this. `untouched_since`: by store, neither changed nor opened since. `changed_before`: and not
    since. `words`: in the path.
    """

    stores: tuple[str, ...] = ()
    folder: str | None = None
    label: Label | None = None
    above: Mapping[str, Label] | None = None
    audience: Audience | None = None
    untouched_since: Mapping[str, Instant] | None = None
    changed_before: Instant = 0
    detector: str = ""
    unread: bool = False
    words: str = ""


def as_they_were(connection: Connection, store: str, items: Iterable[Item], since: Instant) -> set[str]:
    """Ids of those that were looked into as they are now, by the rules that count since an instant."""
    by_id = {one.id: one.etag for one in items}
    known: dict[str, str] = {}
    for some in _some(by_id):
        where = (data_items.c.store == store, data_items.c.id.in_(some), data_items.c.looked_at >= max(since, 1))
        known |= {
            row.id: row.etag for row in connection.execute(select(data_items.c.id, data_items.c.etag).where(*where))
        }
    return {id_ for id_, etag in known.items() if etag and by_id[id_][:200] == etag}


def keep(connection: Connection, store: str, walk: int, batch: Sequence[Looked], now: Instant) -> None:
    """Keep what a batch brought."""
    fresh = [one for one in batch if one.looked is not None]
    remove(connection, store, [one.item.key for one in fresh])
    rows = [_row(store, walk, one, now) for one in fresh]
    finds = [
        {
            "store": store,
            "item": one.item.id,
            "detector": each.detector,
            "number": each.number,
            "confidence": each.confidence,
            "is_more": each.is_more,
        }
        for one in fresh
        if one.looked is not None
        for each in one.looked.counted
    ]
    if rows:
        connection.execute(insert(data_items), rows)
    if finds:
        connection.execute(insert(data_item_finds), finds)
    same = [{"same_id": one.item.id, **_place(walk, one)} for one in batch if one.looked is None]
    if same:
        where = (data_items.c.store == store, data_items.c.id == bindparam("same_id"))
        connection.execute(update(data_items).where(*where), same)


def remove(connection: Connection, store: str, keys: Iterable[str]) -> None:
    """Items that are gone, by their keys."""
    for some in _some([item_id(one) for one in keys]):
        connection.execute(delete(data_items).where(data_items.c.store == store, data_items.c.id.in_(some)))
        finds = (data_item_finds.c.store == store, data_item_finds.c.item.in_(some))
        connection.execute(delete(data_item_finds).where(*finds))


def remove_unseen(connection: Connection, store: str, walk: int | None = None) -> int:
    """Items that this walk did not come by; None: all of the store. Returns how many. Finds go with their items, also
    those of items that were erased with somebody.
    """
    left = data_items.c.store == store if walk is None else and_(data_items.c.store == store, data_items.c.walk < walk)
    number = connection.execute(delete(data_items).where(left)).rowcount
    there = select(data_items.c.id).where(data_items.c.store == store)
    finds = (data_item_finds.c.store == store, data_item_finds.c.item.not_in(there))
    connection.execute(delete(data_item_finds).where(*finds))
    return number


def items(connection: Connection, sought: Sought, *, start: int = 0, most: int) -> list[KeptItem]:
    """Those that are asked for: what is labelled highest, and open to most, first."""
    order = (data_items.c.label.desc(), data_items.c.audience.desc(), data_items.c.store, data_items.c.path)
    chosen = select(data_items).where(*_wheres(sought)).order_by(*order, data_items.c.id).offset(start).limit(most)
    rows = connection.execute(chosen).all()
    counted = _counted(connection, rows)
    return [_kept(row, counted.get((row.store, row.id), ())) for row in rows]


def number(connection: Connection, sought: Sought) -> int:
    """How many there are of what is asked for."""
    return connection.scalar(select(func.count()).select_from(data_items).where(*_wheres(sought))) or 0


def erase_names(connection: Connection, names: Iterable[str], others: Iterable[str]) -> int:
    """Drop items whose path has one of these names, and nobody else's. While they are there, they are found again."""
    words = [one.casefold() for one in names if len(one) > 3]
    kept = [one.casefold() for one in others]
    removed = 0
    for word in words:
        if any(word in one for one in kept):
            continue  # somebody else is called so, too
        where = func.lower(data_items.c.path).contains(word, autoescape=True)
        rows = connection.execute(select(data_items.c.store, data_items.c.id).where(where)).all()
        for row in rows:
            connection.execute(delete(data_items).where(data_items.c.store == row.store, data_items.c.id == row.id))
            connection.execute(
                delete(data_item_finds).where(data_item_finds.c.store == row.store, data_item_finds.c.item == row.id)
            )
        removed += len(rows)
    return removed


# Inside


def _place(walk: int, one: Looked) -> dict[str, Any]:
    """What may be another though the content is as it was."""
    item = one.item
    return {
        "path": _storable(item.path),
        "folder": _storable(item.folder)[:LONGEST_FOLDER],
        "changed_at": item.changed_at,
        "accessed_at": item.accessed_at,
        "owner_id": one.owner_id,
        "audience": int(item.audience),
        "domains": " ".join(item.domains),
        "walk": walk,
    }


def _row(store: str, walk: int, one: Looked, now: Instant) -> dict[str, Any]:
    looked = one.looked or LookedInto()
    return {
        **_place(walk, one),
        "store": store,
        "id": one.item.id,
        "size": one.item.size,
        "etag": one.item.etag[:200],
        "label": NO_LABEL if looked.label is None else int(looked.label),
        "why_not": " ".join(looked.why_not)[:120],
        "looked_at": now,
    }


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL, and no half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _wheres(sought: Sought) -> Iterator[ColumnElement[bool]]:
    table = data_items
    if sought.stores:
        yield table.c.store.in_(sought.stores)
    if sought.folder is not None:
        yield table.c.folder == sought.folder
    if sought.label is not None:
        yield table.c.label >= int(sought.label)
    if sought.above is not None:
        yield or_(*(and_(table.c.store == one, table.c.label > int(label)) for one, label in sought.above.items()))
    if sought.audience is not None:
        yield table.c.audience >= int(sought.audience)
    if sought.untouched_since is not None:
        yield or_(
            *(
                and_(table.c.store == one, table.c.changed_at > 0, table.c.changed_at < at, table.c.accessed_at < at)
                for one, at in sought.untouched_since.items()
            )
        )
    if sought.changed_before:
        yield and_(table.c.changed_at > 0, table.c.changed_at < sought.changed_before)
    if sought.detector:
        finds = data_item_finds.c
        of_item = (finds.store == table.c.store, finds.item == table.c.id, finds.detector == sought.detector)
        yield exists(select(finds.item).where(*of_item))
    if sought.unread:
        yield table.c.why_not != ""
    if sought.words:
        yield func.lower(table.c.path).contains(sought.words.casefold(), autoescape=True)


def _counted(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], tuple[Counted, ...]]:
    found: dict[tuple[str, str], tuple[Counted, ...]] = {}
    for store in {row.store for row in rows}:
        for some in _some([row.id for row in rows if row.store == store]):
            where = (data_item_finds.c.store == store, data_item_finds.c.item.in_(some))
            chosen = select(data_item_finds).where(*where).order_by(data_item_finds.c.detector)
            for row in connection.execute(chosen):
                one = Counted(row.detector, row.number, row.confidence, row.is_more)
                found[store, row.item] = (*found.get((store, row.item), ()), one)
    return found


def _kept(row: Row[Any], counted: tuple[Counted, ...]) -> KeptItem:
    return KeptItem(
        store=row.store,
        id=row.id,
        path=row.path,
        size=row.size,
        changed_at=row.changed_at,
        accessed_at=row.accessed_at,
        owner_id=row.owner_id,
        audience=Audience(row.audience),
        domains=tuple(row.domains.split()),
        label=None if row.label == NO_LABEL else Label(row.label),
        why_not=tuple(row.why_not.split()),
        looked_at=row.looked_at,
        counted=counted,
    )


def _some(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
