"""Sessions, and the marks before which everything is dead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, update

from limen.clock import Instant
from limen.facts import Factor, Session
from limen.identity.model import Proofs, auth_of
from limen.identity.store.tables import not_before, session_devices, session_passkeys, sessions
from limen.storage.rows import inserted, value_of


def add(connection: Connection, session: Session, token_hash: bytes, proofs: Proofs, passkey_id: str = "") -> None:
    connection.execute(
        insert(sessions).values(
            id=session.id,
            token_hash=token_hash,
            person_id=session.person_id,
            app=session.app,
            parent=session.parent,
            device_id=session.device_id,
            address=session.address[:64],
            user_agent=session.user_agent[:200],
            started_at=session.started_at,
            expires_at=session.expires_at,
            idle_ms=session.idle_ms,
            last_used=session.started_at,
            proofs=_written(proofs),
            passkey_id=passkey_id,
            binding=session.binding,
            bound_until=session.bound_until,
            tied_from=session.tied_from,
        )
    )
    _note_passkey(connection, session.id, passkey_id)


def by_id(connection: Connection, session_id: str) -> tuple[bytes, Session, Instant] | None:
    """The hash of the session's token, the session, and when it was last used."""
    row = connection.execute(select(sessions).where(sessions.c.id == session_id)).first()
    return _session(row) if row else None


def proofs_of(connection: Connection, session_id: str) -> dict[Factor, Instant] | None:
    written = connection.scalar(select(sessions.c.proofs).where(sessions.c.id == session_id))
    return None if written is None else _read(written)


def renew(connection: Connection, session_id: str, token_hash: bytes, proofs: Proofs, passkey_id: str = "") -> None:
    """Give a session a new token and further proofs."""
    values: dict[str, Any] = {"token_hash": token_hash, "proofs": _written(proofs)}
    if passkey_id:
        values["passkey_id"] = passkey_id
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))
    _note_passkey(connection, session_id, passkey_id)


def set_proofs(connection: Connection, session_id: str, proofs: Proofs) -> None:
    """From now on these are all that was proved in a session."""
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(proofs=_written(proofs)))


def bind_device(connection: Connection, session_id: str, device_id: str, binding: int, until: Instant) -> bool:
    """Say on which device a session sits, how firmly and until when; False where it is gone."""
    values = {"device_id": device_id, "binding": binding, "bound_until": until}
    return connection.execute(update(sessions).where(sessions.c.id == session_id).values(values)).rowcount == 1


def keep_browser_key(connection: Connection, session_id: str, jwk: str, tied_from: Instant) -> bool:
    """Keep the key by which a session's browser proves itself; False where it has one already, or is gone."""
    where = (sessions.c.id == session_id, sessions.c.browser_key == "")
    values = {"browser_key": jwk, "tied_from": tied_from}
    return connection.execute(update(sessions).where(*where).values(values)).rowcount == 1


def tie_children(connection: Connection, parent: str, tied_from: Instant, bound_until: Instant) -> list[str]:
    """Have the sessions at apps that hang on `parent` count only with a tie as well, and get none after `bound_until`
    where they had none. Returns their ids.
    """
    table = sessions.c
    tied = case((table.tied_from == 0, tied_from), else_=table.tied_from)
    bound = case((table.bound_until == 0, bound_until), else_=table.bound_until)
    connection.execute(update(sessions).where(table.parent == parent).values(tied_from=tied, bound_until=bound))
    return list(connection.scalars(select(table.id).where(table.parent == parent)).all())


def browser_key(connection: Connection, session_id: str) -> str:
    """The key by which a session's browser proves itself, a JWK; "" where it has none."""
    return connection.scalar(select(sessions.c.browser_key).where(sessions.c.id == session_id)) or ""


def all_good(connection: Connection, now: Instant) -> list[tuple[bytes, Session, Instant]]:
    return [_session(row) for row in connection.execute(select(sessions).where(sessions.c.expires_at > now))]


def of(connection: Connection, person_id: str, *, app: str = "", parent: str = "") -> list[str]:
    """Ids of a person's sessions on one host, the oldest first."""
    query = (
        select(sessions.c.id)
        .where(sessions.c.person_id == person_id, sessions.c.app == app, sessions.c.parent == parent)
        .order_by(sessions.c.started_at, sessions.c.id)
    )
    return list(connection.scalars(query).all())


def alive_of(connection: Connection, person_id: str, now: Instant) -> list[str]:
    """Ids of a person's sessions, on all hosts, that neither time, a mark nor the end of their sign-in has ended."""
    seen = seen_on(connection)
    marks = {(kind, key): at for kind, key, at in all_not_before(connection)}
    rows = connection.execute(select(sessions).where(sessions.c.person_id == person_id, sessions.c.expires_at > now))

    def is_dead(row: Row[Any]) -> bool:
        devices = [("device", each) for each in {row.device_id, *seen.get(row.id, ())}]
        about = (("company", ""), ("person", person_id), ("session", row.id), *devices)
        return any(row.started_at < marks.get(one, 0) for one in about)

    alive = [row for row in rows if not is_dead(row)]
    ids = {row.id for row in alive}
    return [row.id for row in alive if not row.parent or row.parent in ids]


def proved_by(connection: Connection, passkey_id: str) -> list[str]:
    """Every session that this passkey opened, or ever proved again."""
    table = session_passkeys.c
    return list(connection.scalars(select(table.session_id).where(table.passkey_id == passkey_id)).all())


def passkeys_of(connection: Connection, session_id: str) -> set[str]:
    """Every passkey that opened this session, or ever proved it again."""
    table = session_passkeys.c
    return set(connection.scalars(select(table.passkey_id).where(table.session_id == session_id)))


def last_passkey_of(connection: Connection, session_id: str) -> str:
    """The passkey that proved this session last; "" where none did."""
    return connection.scalar(select(sessions.c.passkey_id).where(sessions.c.id == session_id)) or ""


def _note_passkey(connection: Connection, session_id: str, passkey_id: str) -> None:
    if passkey_id:
        inserted(connection, session_passkeys, {"session_id": session_id, "passkey_id": passkey_id})


def see_on(connection: Connection, session_id: str, device_id: str) -> bool:
    """Note that a sign-in came with this device's certificate; False where it is gone, or that stands there already."""
    if connection.scalar(select(sessions.c.id).where(sessions.c.id == session_id)) is None:
        return False
    return bool(inserted(connection, session_devices, {"session_id": session_id, "device_id": device_id}))


def seen_on(connection: Connection, session_id: str = "") -> dict[str, frozenset[str]]:
    """With which devices' certificates sign-ins came, by their ids: this one, or all."""
    found: dict[str, frozenset[str]] = {}
    query = select(session_devices)
    for row in connection.execute(query.where(session_devices.c.session_id == session_id) if session_id else query):
        found[row.session_id] = found.get(row.session_id, frozenset()) | {row.device_id}
    return found


def remove(connection: Connection, session_id: str) -> None:
    connection.execute(delete(sessions).where(or_(sessions.c.id == session_id, sessions.c.parent == session_id)))
    connection.execute(delete(session_passkeys).where(session_passkeys.c.session_id == session_id))
    connection.execute(delete(session_devices).where(session_devices.c.session_id == session_id))


def save_last_used(connection: Connection, used: Sequence[tuple[str, Instant]]) -> None:
    for session_id, at in used:
        connection.execute(
            update(sessions).where(sessions.c.id == session_id, sessions.c.last_used < at).values(last_used=at)
        )


def used_since(connection: Connection, since: Instant) -> dict[str, Instant]:
    """When each sign-in was last used, of those that were after this instant."""
    query = select(sessions.c.id, sessions.c.last_used).where(sessions.c.parent == "", sessions.c.last_used > since)
    return {row.id: row.last_used for row in connection.execute(query)}


def ended(connection: Connection, now: Instant, at_most: int) -> list[str]:
    """Ids of sessions that time has ended for good."""
    return list(connection.scalars(select(sessions.c.id).where(sessions.c.expires_at <= now).limit(at_most)).all())


def newest_start(connection: Connection, kind: str, key: str) -> Instant:
    """When the newest session of a person, on a device, or ("company") of anybody began; 0: there is none."""
    query = select(func.max(sessions.c.started_at))
    if kind == "person":
        query = query.where(sessions.c.person_id == key)
    elif kind == "device":
        came = select(session_devices.c.session_id).where(session_devices.c.device_id == key)
        query = query.where(or_(sessions.c.device_id == key, sessions.c.id.in_(came)))
    elif kind != "company":
        return 0
    return connection.scalar(query) or 0


def raise_not_before(connection: Connection, kind: str, key: str, at: Instant) -> None:
    """Whatever was issued to (kind, key) before `at` is dead; it only ever moves forward."""
    where = and_(not_before.c.kind == kind, not_before.c.key == key)
    later = case((not_before.c.at < at, at), else_=not_before.c.at)
    if not connection.execute(update(not_before).where(where).values(at=later)).rowcount:
        connection.execute(insert(not_before).values(kind=kind, key=key, at=at))


def not_before_of(connection: Connection, kind: str, key: str) -> Instant:
    where = and_(not_before.c.kind == kind, not_before.c.key == key)
    return connection.scalar(select(not_before.c.at).where(where)) or 0


def all_not_before(connection: Connection) -> list[tuple[str, str, Instant]]:
    return [(row.kind, row.key, row.at) for row in connection.execute(select(not_before))]


def _session(row: Row[Any]) -> tuple[bytes, Session, Instant]:
    session = value_of(Session, row, auth=auth_of(_read(row.proofs)), actions=frozenset())
    return row.token_hash, session, row.last_used


def _written(proofs: Proofs) -> str:
    return " ".join(f"{factor}={at}" for factor, at in sorted(proofs.items()))


def _read(written: str) -> dict[Factor, Instant]:
    pairs = (part.split("=", 1) for part in written.split())
    return {Factor(factor): int(at) for factor, at in pairs}
