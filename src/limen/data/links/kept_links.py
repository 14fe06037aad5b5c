"""Sharing links in the database: what became of each, and how far Limen looked at each store. The only SQL of it.

The name of a document is kept, since whoever is asked about it has to know which one is meant, and whose it is by
`person_id`, by which an erasure finds it. Whom a link lets in is kept as domains.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from limen.clock import Instant
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.data.inventory.model import Audience
from limen.data.links.model import REMEMBERED_FOR, Cannot, KeptLink, LinkState, Why
from limen.storage.tables import metadata, rows_called

MOST_DUE: Final = 200
MOST_SHOWN: Final = 200
_AT_ONCE: Final = 400

data_link_stores = Table(
    "data_link_stores",
    metadata,
    *columns(),
    Column("cursor", Text, nullable=False, server_default=""),
    Column("looked_where", String(500), nullable=False, server_default=""),
    Column("looked_at", BigInteger, nullable=False, server_default="0"),
)
"""How far each store was looked at for links: from where it goes on, at which place, and when everything up to that
moment was seen. The secret is that of `data_stores`.
"""
data_links = Table(
    "data_links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("store", String(40), nullable=False),
    Column("key", Text, nullable=False),
    Column("item", String(32), nullable=False),
    Column("permission", String(400), nullable=False),
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", String(200), nullable=False),
    Column("audience", SmallInteger, nullable=False),
    Column("domains", Text, nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("event", String(64), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False),
    Column("why", String(20), nullable=False),
    Column("cannot", String(20), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Index("ix_data_links_store_item", "store", "item"),
    Index("ix_data_links_event", "event"),
    Index("ix_data_links_person_id", "person_id"),
    Index("ix_data_links_due_at", "due_at"),
    info=rows_called("link to a document", "links to documents"),
)
TABLES: Final = (data_link_stores, data_links)
ASKED: Final = AskedStore(data_link_stores)
_c: Final = data_links.c
_ENDED: Final = (LinkState.REMOVED, LinkState.STANDS)


@dataclass(frozen=True, slots=True)
class LinkStore:
    """How far a store was looked at. `looked_at`: everything up to then was seen; 0 not yet."""

    asked: AskedState
    cursor: str = ""
    looked_where: str = ""
    looked_at: Instant = 0


# Stores


def stores(connection: Connection) -> dict[str, LinkStore]:
    """By their names."""
    return {
        row.name: LinkStore(AskedState(**state_of(row)), row.cursor, row.looked_where, row.looked_at)
        for row in connection.execute(select(data_link_stores))
    }


def go_on(connection: Connection, store: str, where: str, cursor: str, looked_at: Instant | None = None) -> None:
    """From here looking goes on; `looked_at` where all up to then was seen."""
    ASKED.ensure(connection, store)
    values: dict[str, Any] = {"cursor": cursor, "looked_where": where}
    values |= {} if looked_at is None else {"looked_at": looked_at}
    connection.execute(update(data_link_stores).where(data_link_stores.c.name == store).values(values))


def forget_store(connection: Connection, store: str) -> None:
    """Drop all that is known of the links of a store."""
    forget_links(connection, store)
    ASKED.forget(connection, store)


def forget_links(connection: Connection, store: str) -> None:
    connection.execute(delete(data_links).where(_c.store == store))


# Links


def of_item(connection: Connection, store: str, item: str) -> list[KeptLink]:
    """Those of one document, the newest first."""
    rows = connection.execute(select(data_links).where(_c.store == store, _c.item == item).order_by(_c.made_at.desc()))
    return [_link(row) for row in rows]


def one(connection: Connection, link: str) -> KeptLink | None:
    row = connection.execute(select(data_links).where(_c.id == link)).one_or_none()
    return None if row is None else _link(row)


def keep(connection: Connection, link: KeptLink) -> None:
    """Keep it in place of what was known of the same link."""
    values = _values(link)
    if not connection.execute(update(data_links).where(_c.id == link.id).values(values)).rowcount:
        connection.execute(insert(data_links).values(id=link.id, **values))


def remove(connection: Connection, links: Iterable[str]) -> None:
    for some in _some(links):
        connection.execute(delete(data_links).where(_c.id.in_(some)))


def gone(connection: Connection, store: str, items: Iterable[str]) -> None:
    """These documents are no more."""
    for some in _some(items):
        connection.execute(delete(data_links).where(_c.store == store, _c.item.in_(some)))


def due(connection: Connection, store: str, now: Instant, inactive: Collection[str] = ()) -> list[KeptLink]:
    """Those that are to be taken away now: at their end, at the next try, and those that wait for somebody who is
    `inactive`.
    """
    of_time = and_(_c.state.in_((LinkState.WAITS, LinkState.STANDS)), _c.due_at > 0, _c.due_at <= now)
    nobody_answers = and_(_c.state == LinkState.WAITS, _c.person_id.in_(list(inactive)[:_AT_ONCE]))
    chosen = select(data_links).where(_c.store == store, or_(of_time, nobody_answers))
    return [_link(row) for row in connection.execute(chosen.order_by(_c.due_at, _c.id).limit(MOST_DUE))]


def waiting_for(connection: Connection, store: str) -> set[str]:
    """The ids of people who are asked about a link of this store."""
    return set(
        connection.scalars(select(_c.person_id).where(_c.store == store, _c.state == LinkState.WAITS).distinct())
    )


def to_judge_again(connection: Connection, store: str) -> list[KeptLink]:
    chosen = select(data_links).where(_c.store == store, _c.state == LinkState.AGAIN)
    return [_link(row) for row in connection.execute(chosen.order_by(_c.made_at).limit(MOST_DUE))]


def of_person(connection: Connection, person_id: str, since: Instant) -> list[KeptLink]:
    """What somebody may say something about: links that wait, and those that were taken away for want of a reason."""
    unsaid = and_(_c.state.in_(_ENDED), _c.why == Why.UNJUSTIFIED, _c.made_at >= since)
    chosen = select(data_links).where(_c.person_id == person_id, or_(_c.state == LinkState.WAITS, unsaid))
    rows = connection.execute(chosen.order_by(_c.made_at.desc(), _c.id).limit(MOST_SHOWN))
    return [_link(row) for row in rows]


def of_events(connection: Connection, events: Collection[str]) -> dict[str, list[KeptLink]]:
    """By the event that tells how they were judged."""
    found: dict[str, list[KeptLink]] = {}
    for some in _some(events):
        for row in connection.execute(select(data_links).where(_c.event.in_(some))):
            found.setdefault(row.event, []).append(_link(row))
    return found


def counted(connection: Connection) -> dict[tuple[str, str], int]:
    """How many there are by store and state."""
    chosen = select(_c.store, _c.state, func.count()).group_by(_c.store, _c.state)
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(chosen)}


def lacking_a_right(connection: Connection) -> set[str]:
    """The stores of which links may not stand, and Limen may only read."""
    where = (_c.state == LinkState.STANDS, _c.cannot == Cannot.NO_RIGHT)
    return set(connection.scalars(select(_c.store).where(*where).distinct()))


def judge_all_again(connection: Connection, store: str) -> int:
    """Have all links of a store judged anew that stand, also those that stood before Limen looked; how many."""
    where = (_c.store == store, _c.state.in_((LinkState.STOOD, LinkState.PASSES)))
    return connection.execute(update(data_links).where(*where).values(state=LinkState.AGAIN)).rowcount


def forget(connection: Connection, now: Instant) -> None:
    """Drop what was over long ago."""
    over = and_(_c.state == LinkState.REMOVED, _c.made_at < now - 2 * REMEMBERED_FOR)
    connection.execute(delete(data_links).where(over))


def of_event(connection: Connection, event: str, person_id: str) -> list[KeptLink]:
    """Those of a finding that this person may say something about."""
    may_say = or_(_c.state == LinkState.WAITS, and_(_c.state.in_(_ENDED), _c.why == Why.UNJUSTIFIED))
    chosen = select(data_links).where(_c.event == event, _c.person_id == person_id, may_say)
    return [_link(row) for row in connection.execute(chosen)] if event and person_id else []


def let_stand(connection: Connection, events: Collection[str]) -> dict[tuple[str, bytes], str]:
    """Links of these findings may stand, and be made again. The documents that they are of, by store and digest, each
    with its event.
    """
    found: dict[tuple[str, bytes], str] = {}
    for some in _some(events):
        of_them = _c.event.in_(some)
        for row in connection.execute(select(_c.store, _c.digest, _c.event).where(of_them)):
            found |= {(row.store, bytes(row.digest)): row.event} if row.digest else {}
        to_stand = _c.state.in_((LinkState.WAITS, LinkState.STANDS, LinkState.AGAIN))
        passes = {"state": LinkState.PASSES, "due_at": 0}
        connection.execute(update(data_links).where(of_them, to_stand).values(passes))
        connection.execute(update(data_links).where(of_them).values(why="", cannot=""))
    return found


def take_back(connection: Connection, events: Collection[str]) -> None:
    """Reasons for links of these findings count no more: what stands by them is judged anew at the next look."""
    for some in _some(events):
        chosen = select(_c.store, _c.item).where(_c.event.in_(some)).distinct()
        for store, item in connection.execute(chosen).all():
            of_it = (_c.store == store, _c.item == item)
            if connection.scalar(select(_c.id).where(*of_it, _c.state == LinkState.JUSTIFIED).limit(1)):
                by_reason = _c.state.in_((LinkState.JUSTIFIED, LinkState.PASSES))
                connection.execute(update(data_links).where(*of_it, by_reason).values(state=LinkState.AGAIN))


def judge_documents_again(connection: Connection, documents: Iterable[tuple[str, bytes]]) -> None:
    """Have links that pass judged anew, of these documents by store and digest: nobody's word counts for them now."""
    for store, digest in documents:
        where = (_c.store == store, _c.digest == digest, _c.state == LinkState.PASSES)
        connection.execute(update(data_links).where(*where).values(state=LinkState.AGAIN))


def let_go(connection: Connection, person_id: str) -> None:
    """Before all rows of this person are deleted: links that are to end, or wait for them, are nobody's from now on and
    nameless, so that they end all the same. Those that wait do so no longer.
    """
    theirs = (_c.person_id == person_id, _c.state.in_((LinkState.WAITS, LinkState.STANDS)))
    connection.execute(update(data_links).where(*theirs, _c.state == LinkState.WAITS).values(due_at=1))
    connection.execute(update(data_links).where(*theirs).values(person_id="", name=""))


def erase_names(connection: Connection, names: Iterable[str], others: Iterable[str]) -> None:
    """Take the names of documents away that have one of these names in them, and nobody else's."""
    kept = [other.casefold() for other in others]
    for word in (name.casefold() for name in names if len(name) > 3):
        if not any(word in other for other in kept):
            where = func.lower(_c.name).contains(word, autoescape=True)
            connection.execute(update(data_links).where(where).values(name=""))


# Inside


def _values(link: KeptLink) -> dict[str, Any]:
    return {
        "store": link.store,
        "key": link.key,
        "item": link.item,
        "permission": link.permission,
        "at": link.at,
        "name": link.name,
        "version": link.version[:200],
        "audience": int(link.audience),
        "domains": " ".join(link.domains),
        "person_id": link.person_id,
        "event": link.event,
        "digest": link.digest,
        "state": link.state.value,
        "why": link.why,
        "cannot": link.cannot,
        "made_at": link.made_at,
        "due_at": link.due_at,
    }


def _link(row: Row[Any]) -> KeptLink:
    told = {name: getattr(row, name) for name in KeptLink.__dataclass_fields__}
    told |= {"audience": Audience(row.audience), "domains": tuple(row.domains.split())}
    return KeptLink(**{**told, "state": LinkState(row.state), "digest": bytes(row.digest)})


def _some(values: Iterable[str]) -> Iterable[list[str]]:
    every = list(values)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
