"""Browsers, spent challenges, keys; and what is forgotten in time."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from limen.clock import APART, DAY, Instant, Milliseconds
from limen.identity.store import ended_elsewhere
from limen.identity.store.app_tokens import app_tokens
from limen.identity.store.sessions import raise_not_before
from limen.identity.store.tables import (
    browsers,
    identity_keys,
    links,
    not_before,
    session_devices,
    session_passkeys,
    sessions,
    spent_challenges,
)
from limen.storage.rows import inserted

LINKS_KEPT_MS: Milliseconds = 90 * DAY
BROWSERS_KEPT_MS: Milliseconds = 180 * DAY


def remember_browser(connection: Connection, browser_hash: bytes, person_id: str, now: Instant) -> None:
    where = and_(browsers.c.browser_hash == browser_hash, browsers.c.person_id == person_id)
    if not connection.execute(update(browsers).where(where).values(used_at=now)).rowcount:
        connection.execute(insert(browsers).values(browser_hash=browser_hash, person_id=person_id, used_at=now))


def share_a_browser(connection: Connection, person_id: str, other_id: str, since: Instant) -> bool:
    """Whether two people have signed in with one and the same browser since then, as far as browsers are remembered."""
    others = browsers.alias()
    both = and_(browsers.c.person_id == person_id, others.c.person_id == other_id)
    late = and_(browsers.c.used_at >= since, others.c.used_at >= since)
    query = (
        select(browsers.c.person_id).join(others, others.c.browser_hash == browsers.c.browser_hash).where(both, late)
    )
    return connection.execute(query.limit(1)).first() is not None


def browsers_of_several(connection: Connection, since: Instant) -> dict[bytes, dict[str, Instant]]:
    """Browsers with which several people have signed in since then: who, and when last."""
    several = select(browsers.c.browser_hash).where(browsers.c.used_at >= since)
    several = several.group_by(browsers.c.browser_hash).having(func.count() > 1)
    query = select(browsers).where(browsers.c.used_at >= since, browsers.c.browser_hash.in_(several))
    found: dict[bytes, dict[str, Instant]] = {}
    for row in connection.execute(query):
        found.setdefault(row.browser_hash, {})[row.person_id] = row.used_at
    return found


def last_sign_ins(connection: Connection) -> dict[str, Instant]:
    """When everybody last signed in, by the browsers that are remembered."""
    query = select(browsers.c.person_id, func.max(browsers.c.used_at).label("at")).group_by(browsers.c.person_id)
    return {row.person_id: row.at for row in connection.execute(query)}


def last_sign_in(connection: Connection, person_id: str) -> Instant:
    """When the person last signed in, by the browsers that are remembered; 0 where none is."""
    newest = select(func.max(browsers.c.used_at)).where(browsers.c.person_id == person_id)
    return int(connection.execute(newest).scalar() or 0)


def forget_browsers_of(connection: Connection, person_id: str) -> int:
    return int(connection.execute(delete(browsers).where(browsers.c.person_id == person_id)).rowcount)


def forget_every_browser(connection: Connection) -> int:
    return int(connection.execute(delete(browsers)).rowcount)


def spend_challenge(connection: Connection, challenge_hash: bytes, expires_at: Instant) -> bool:
    """Use a challenge up. Of any number that try, one gets True."""
    return inserted(connection, spent_challenges, {"challenge_hash": challenge_hash, "expires_at": expires_at})


def purge(connection: Connection, now: Instant) -> None:
    """Delete what is of no use any more: challenges past their end, old links, browsers and marks."""
    connection.execute(delete(spent_challenges).where(spent_challenges.c.expires_at <= now - APART))
    connection.execute(delete(links).where(links.c.expires_at < now - LINKS_KEPT_MS))
    connection.execute(delete(session_passkeys).where(session_passkeys.c.session_id.not_in(select(sessions.c.id))))
    connection.execute(delete(session_devices).where(session_devices.c.session_id.not_in(select(sessions.c.id))))
    connection.execute(delete(browsers).where(browsers.c.used_at < now - BROWSERS_KEPT_MS))
    ended_elsewhere.forget(connection, now - APART)
    connection.execute(
        delete(not_before).where(
            not_before.c.kind == "session",
            not_before.c.key.not_in(select(sessions.c.id)),
            not_before.c.key.not_in(select(app_tokens.c.id)),
        )
    )


def sealed_key(connection: Connection, purpose: str) -> bytes | None:
    return connection.scalar(select(identity_keys.c.sealed).where(identity_keys.c.purpose == purpose))


def forget_sealed_key(connection: Connection, purpose: str) -> None:
    connection.execute(delete(identity_keys).where(identity_keys.c.purpose == purpose))


def keep_sealed_key(connection: Connection, purpose: str, sealed: bytes) -> None:
    connection.execute(insert(identity_keys).values(purpose=purpose, sealed=sealed))


def raise_company_mark(connection: Connection, now: Instant) -> Instant:
    """Kill every session and every program's token of the company.

    Returns the mark, which lies after the start of every session even where the clock was set back.
    """
    newest = connection.scalar(select(func.max(sessions.c.started_at))) or 0
    mark = max(now, newest) + 1
    raise_not_before(connection, "company", "", mark)
    return mark
