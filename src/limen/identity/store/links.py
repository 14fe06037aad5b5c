"""One-time links."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from limen.clock import Instant
from limen.identity.model import Link, LinkPurpose
from limen.identity.store.tables import links


def add(connection: Connection, link: Link, token_hash: bytes) -> None:
    connection.execute(
        insert(links).values(
            id=link.id,
            token_hash=token_hash,
            purpose=link.purpose,
            person_id=link.person_id,
            issued_by=link.issued_by,
            issued_at=link.issued_at,
            expires_at=link.expires_at,
        )
    )


def by_token(connection: Connection, token_hash: bytes) -> Link | None:
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).first()
    return _link(row) if row else None


def by_id(connection: Connection, link_id: str) -> Link | None:
    row = connection.execute(select(links).where(links.c.id == link_id)).first()
    return _link(row) if row else None


def still_good(connection: Connection, now: Instant) -> list[Link]:
    query = select(links).where(_good_link(now)).order_by(links.c.issued_at, links.c.id)
    return [_link(row) for row in connection.execute(query)]


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


def _good_link(now: Instant) -> Any:
    return and_(links.c.spent_at == 0, links.c.revoked_at == 0, links.c.expires_at > now)


def _link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        purpose=LinkPurpose(row.purpose),
        person_id=row.person_id,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        spent_at=row.spent_at,
        revoked_at=row.revoked_at,
    )


def forget(connection: Connection, before: Instant) -> int:
    """Forget links that ended before an instant. Returns how many."""
    return int(connection.execute(delete(links).where(links.c.expires_at < before)).rowcount)
