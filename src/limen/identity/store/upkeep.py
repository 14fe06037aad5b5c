"""Browsers, spent challenges, guesses, keys; and what is forgotten in time."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from limen.clock import DAY, Instant, Milliseconds
from limen.identity.guesses import Count
from limen.identity.store.app_tokens import app_tokens
from limen.identity.store.sessions import raise_not_before
from limen.identity.store.tables import (
    browsers,
    guesses,
    identity_keys,
    links,
    not_before,
    session_passkeys,
    sessions,
    spent_challenges,
)
from limen.storage.rows import inserted, row_of, value_of

GUESSES_KEPT_MS: Milliseconds = 7 * DAY
LINKS_KEPT_MS: Milliseconds = 90 * DAY
BROWSERS_KEPT_MS: Milliseconds = 180 * DAY
GUESSES_LOADED = 20_000


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


def save_guesses(connection: Connection, kept: Iterable[Count]) -> None:
    for count in kept:
        connection.execute(delete(guesses).where(guesses.c.kind == count.kind, guesses.c.key == count.key))
        connection.execute(insert(guesses).values(row_of(count)))


def kept_guesses(connection: Connection) -> list[Count]:
    query = select(guesses).order_by(guesses.c.at.desc()).limit(GUESSES_LOADED)
    rows = [value_of(Count, row) for row in connection.execute(query)]
    return rows[::-1]


def purge(connection: Connection, now: Instant) -> None:
    """Delete what is of no use any more: challenges past their end, old links, guesses, browsers and marks."""
    connection.execute(delete(spent_challenges).where(spent_challenges.c.expires_at <= now))
    connection.execute(delete(links).where(links.c.expires_at < now - LINKS_KEPT_MS))
    connection.execute(delete(guesses).where(guesses.c.at < now - GUESSES_KEPT_MS))
    connection.execute(delete(session_passkeys).where(session_passkeys.c.session_id.not_in(select(sessions.c.id))))
    connection.execute(delete(browsers).where(browsers.c.used_at < now - BROWSERS_KEPT_MS))
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
