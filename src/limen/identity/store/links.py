"""One-time links."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from limen.clock import Instant
from limen.identity.model import Link, LinkPurpose
from limen.identity.store.tables import links
from limen.storage.rows import row_of, value_of


def add(connection: Connection, link: Link, token_hash: bytes) -> None:
    connection.execute(insert(links).values(row_of(link) | {"token_hash": token_hash}))


def by_token(connection: Connection, token_hash: bytes) -> Link | None:
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).first()
    return _link(row) if row else None


def by_id(connection: Connection, link_id: str) -> Link | None:
    row = connection.execute(select(links).where(links.c.id == link_id)).first()
    return _link(row) if row else None


def still_good(connection: Connection, now: Instant) -> list[Link]:
    query = select(links).where(_good_link(now)).order_by(links.c.issued_at, links.c.id)
    return [_link(row) for row in connection.execute(query)]


def good_issued_by(connection: Connection, person_id: str, now: Instant) -> list[Link]:
    """What somebody issued, to whomever, that is still good."""
    query = select(links).where(_good_link(now), links.c.issued_by == person_id).order_by(links.c.issued_at, links.c.id)
    return [_link(row) for row in connection.execute(query)]


def count_good(connection: Connection, person_id: str, now: Instant) -> int:
    """How many good links are for somebody, or were issued by them."""
    whose = or_(links.c.person_id == person_id, links.c.issued_by == person_id)
    return int(connection.scalar(select(func.count()).select_from(links).where(_good_link(now), whose)) or 0)


def used_by(connection: Connection, person_id: str) -> list[Link]:
    """The links that somebody, or who passed for them, has used up, for as long as they are kept."""
    return [
        _link(row)
        for row in connection.execute(select(links).where(links.c.person_id == person_id, links.c.spent_at > 0))
    ]


def spend(connection: Connection, link_id: str, now: Instant) -> bool:
    """Use a link up. Of any number that try, one gets True."""
    done = connection.execute(update(links).where(links.c.id == link_id, _good_link(now)).values(spent_at=now))
    return bool(done.rowcount == 1)


def revoke(connection: Connection, now: Instant, *, link_id: str = "", person_id: str = "", purpose: str = "") -> int:
    """Revoke good links by id, person or purpose, whichever is given. Returns how many."""
    which = {"id": link_id, "person_id": person_id, "purpose": purpose}
    conditions = [links.c[column] == value for column, value in which.items() if value]
    if not conditions:
        return 0
    done = connection.execute(update(links).where(_good_link(now), *conditions).values(revoked_at=now))
    return int(done.rowcount)


def revoke_every(connection: Connection, now: Instant) -> int:
    """Revoke every link that was neither spent nor revoked, whatever the clock says. Returns how many."""
    open_links = and_(links.c.spent_at == 0, links.c.revoked_at == 0)
    return int(connection.execute(update(links).where(open_links).values(revoked_at=now)).rowcount)


def is_good(columns: Any, now: Instant) -> ColumnElement[bool]:
    """Whether a link can still be used."""
    return and_(columns.spent_at == 0, columns.revoked_at == 0, columns.expires_at > now)


def _good_link(now: Instant) -> ColumnElement[bool]:
    return is_good(links.c, now)


def _link(row: Row[Any]) -> Link:
    return value_of(Link, row, purpose=LinkPurpose(row.purpose))


def forget(connection: Connection, before: Instant) -> int:
    """Forget links that ended before an instant. Returns how many."""
    return int(connection.execute(delete(links).where(links.c.expires_at < before)).rowcount)
