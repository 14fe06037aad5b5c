"""Identity's tables and queries: the only SQL of this folder. Whoever calls holds the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    LargeBinary,
    Row,
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
from sqlalchemy.exc import IntegrityError

from limen.clock import DAY, Instant, Milliseconds
from limen.facts import Factor, Person, Session
from limen.identity.guesses import Kept
from limen.identity.model import Link, LinkPurpose, Member, Passkey, PersonStatus, Proofs, auth_of
from limen.storage.tables import metadata

people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False, server_default="0"),
)
memberships = Table(
    "memberships",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("group_id", String(80), primary_key=True),
)
links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("purpose", String(30), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("issued_by", String(40), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("spent_at", BigInteger, nullable=False, server_default="0"),
    Column("revoked_at", BigInteger, nullable=False, server_default="0"),
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("credential_id", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("user_verified", Boolean, nullable=False),
    Column("device_type", String(20), nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("transports", String(100), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("name", String(80), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
)
passwords = Table(
    "passwords",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("hash", String(200), nullable=False),
    Column("set_at", BigInteger, nullable=False),
)
codes = Table(
    "codes",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("app", String(80), nullable=False),
    Column("parent", String(40), nullable=False, index=True),
    Column("device_id", String(40), nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(200), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("idle_ms", BigInteger, nullable=False),
    Column("last_used", BigInteger, nullable=False),
    Column("proofs", String(200), nullable=False),
    Column("passkey_id", String(40), nullable=False),
)
not_before = Table(
    "not_before",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
browsers = Table(
    "browsers",
    metadata,
    Column("browser_hash", LargeBinary(32), primary_key=True),
    Column("person_id", String(40), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)
spent_challenges = Table(
    "spent_challenges",
    metadata,
    Column("challenge_hash", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
guesses = Table(
    "guesses",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("guesses", Float, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("wait_until", BigInteger, nullable=False),
)
identity_keys = Table(
    "identity_keys",
    metadata,
    Column("purpose", String(20), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
Index("ix_memberships_group_id", memberships.c.group_id)

GUESSES_KEPT_MS: Milliseconds = 7 * DAY
LINKS_KEPT_MS: Milliseconds = 90 * DAY
BROWSERS_KEPT_MS: Milliseconds = 180 * DAY
GUESSES_LOADED = 20_000


# People


def insert_person(connection: Connection, person: Person, status: PersonStatus, now: Instant) -> bool:
    """Add a person and their groups; False when the e-mail address is taken."""
    row = {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "status": status,
        "created_at": now,
        "enrolled_at": now if status is PersonStatus.ACTIVE else 0,
    }
    if not _inserted(connection, people, row):
        return False
    set_groups(connection, person.id, person.groups)
    return True


def person_by_id(connection: Connection, person_id: str) -> Person | None:
    row = connection.execute(select(people).where(people.c.id == person_id)).first()
    return _person(row, groups_of(connection, person_id)) if row else None


def all_people(connection: Connection) -> list[Person]:
    groups = _groups_by_person(connection)
    return [_person(row, groups.get(row.id, frozenset())) for row in connection.execute(select(people))]


def all_members(connection: Connection) -> list[Member]:
    """Everybody with their status and factors, by name."""
    groups = _groups_by_person(connection)
    factors = _factors_by_person(connection)
    rows = connection.execute(select(people).order_by(func.lower(people.c.name), people.c.id))
    return [
        Member(
            person=_person(row, groups.get(row.id, frozenset())),
            status=PersonStatus(row.status),
            created_at=row.created_at,
            enrolled_at=row.enrolled_at,
            factors=frozenset(factors.get(row.id, ())),
        )
        for row in rows
    ]


def status_of(connection: Connection, person_id: str) -> PersonStatus | None:
    status = connection.scalar(select(people.c.status).where(people.c.id == person_id))
    return PersonStatus(status) if status else None


def set_status(connection: Connection, person_id: str, status: PersonStatus, enrolled_at: Instant = 0) -> None:
    values: dict[str, Any] = {"status": status}
    if enrolled_at:
        values["enrolled_at"] = enrolled_at
    connection.execute(update(people).where(people.c.id == person_id).values(values))


def set_name(connection: Connection, person_id: str, name: str) -> None:
    connection.execute(update(people).where(people.c.id == person_id).values(name=name))


def set_groups(connection: Connection, person_id: str, groups: Iterable[str]) -> None:
    connection.execute(delete(memberships).where(memberships.c.person_id == person_id))
    rows = [{"person_id": person_id, "group_id": group} for group in sorted(groups)]
    if rows:
        connection.execute(insert(memberships), rows)


def groups_of(connection: Connection, person_id: str) -> frozenset[str]:
    return frozenset(
        connection.scalars(select(memberships.c.group_id).where(memberships.c.person_id == person_id)).all()
    )


def active_members(connection: Connection, group: str) -> frozenset[str]:
    """Ids of the active people in a group."""
    query = (
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(memberships.c.group_id == group, people.c.status == PersonStatus.ACTIVE)
    )
    return frozenset(connection.scalars(query).all())


# Links


def insert_link(connection: Connection, link: Link, token_hash: bytes) -> None:
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


def link_by_token(connection: Connection, token_hash: bytes) -> Link | None:
    row = connection.execute(select(links).where(links.c.token_hash == token_hash)).first()
    return _link(row) if row else None


def link_by_id(connection: Connection, link_id: str) -> Link | None:
    row = connection.execute(select(links).where(links.c.id == link_id)).first()
    return _link(row) if row else None


def open_links(connection: Connection, now: Instant) -> list[Link]:
    query = select(links).where(_good_link(now)).order_by(links.c.issued_at, links.c.id)
    return [_link(row) for row in connection.execute(query)]


def spend_link(connection: Connection, link_id: str, now: Instant) -> bool:
    """Use a link up. Of any number that try, one gets True."""
    done = connection.execute(update(links).where(links.c.id == link_id, _good_link(now)).values(spent_at=now))
    return bool(done.rowcount == 1)


def revoke_links(
    connection: Connection, now: Instant, *, link_id: str = "", person_id: str = "", purpose: str = ""
) -> int:
    """Revoke good links by id, person or purpose, whichever is given. Returns how many."""
    which = {"id": link_id, "person_id": person_id, "purpose": purpose}
    conditions = [links.c[column] == value for column, value in which.items() if value]
    if not conditions:
        return 0
    done = connection.execute(update(links).where(_good_link(now), *conditions).values(revoked_at=now))
    return int(done.rowcount)


# Factors


def insert_passkey(connection: Connection, passkey: Passkey) -> bool:
    """Keep a passkey; False when its credential id is known already, whoever's it is."""
    row = {name: getattr(passkey, name) for name in Passkey.__slots__}
    return _inserted(connection, passkeys, row | {"transports": " ".join(passkey.transports)})


def passkey_by_credential(connection: Connection, credential_id: bytes) -> Passkey | None:
    row = connection.execute(select(passkeys).where(passkeys.c.credential_id == credential_id)).first()
    return _passkey(row) if row else None


def passkeys_of(connection: Connection, person_id: str) -> list[Passkey]:
    query = select(passkeys).where(passkeys.c.person_id == person_id).order_by(passkeys.c.added_at, passkeys.c.id)
    return [_passkey(row) for row in connection.execute(query)]


def use_passkey(connection: Connection, passkey_id: str, sign_count: int, now: Instant) -> bool:
    """Move the signature counter forward; False when it does not move (WebAuthn level 3 section 6.1.1).

    Authenticators without a counter always say 0, which is let through as long as it was never more.
    """
    moves = passkeys.c.sign_count < sign_count if sign_count else passkeys.c.sign_count == 0
    done = connection.execute(
        update(passkeys).where(passkeys.c.id == passkey_id, moves).values(sign_count=sign_count, used_at=now)
    )
    return bool(done.rowcount == 1)


def rename_passkey(connection: Connection, person_id: str, passkey_id: str, name: str) -> bool:
    where = and_(passkeys.c.id == passkey_id, passkeys.c.person_id == person_id)
    return bool(connection.execute(update(passkeys).where(where).values(name=name)).rowcount == 1)


def delete_passkey(connection: Connection, person_id: str, passkey_id: str) -> bool:
    where = and_(passkeys.c.id == passkey_id, passkeys.c.person_id == person_id)
    return bool(connection.execute(delete(passkeys).where(where)).rowcount == 1)


def has_any_passkey(connection: Connection) -> bool:
    return connection.execute(select(passkeys.c.id).limit(1)).first() is not None


def password_of(connection: Connection, person_id: str) -> str | None:
    return connection.scalar(select(passwords.c.hash).where(passwords.c.person_id == person_id))


def set_password(connection: Connection, person_id: str, hashed: str, now: Instant) -> None:
    connection.execute(delete(passwords).where(passwords.c.person_id == person_id))
    connection.execute(insert(passwords).values(person_id=person_id, hash=hashed, set_at=now))


def delete_password(connection: Connection, person_id: str) -> bool:
    return bool(connection.execute(delete(passwords).where(passwords.c.person_id == person_id)).rowcount)


def sealed_seed_of(connection: Connection, person_id: str) -> bytes | None:
    return connection.scalar(select(codes.c.seed).where(codes.c.person_id == person_id))


def set_code(connection: Connection, person_id: str, sealed_seed: bytes, step: int, now: Instant) -> None:
    connection.execute(delete(codes).where(codes.c.person_id == person_id))
    connection.execute(insert(codes).values(person_id=person_id, seed=sealed_seed, last_step=step, added_at=now))


def use_step(connection: Connection, person_id: str, step: int) -> bool:
    """Use a time step up, and with it all before it. Of any number that try the same one, one gets True."""
    done = connection.execute(
        update(codes).where(codes.c.person_id == person_id, codes.c.last_step < step).values(last_step=step)
    )
    return bool(done.rowcount == 1)


def delete_code(connection: Connection, person_id: str) -> bool:
    return bool(connection.execute(delete(codes).where(codes.c.person_id == person_id)).rowcount)


def factors_of(connection: Connection, person_id: str) -> frozenset[Factor]:
    found = set()
    for factor, table in ((Factor.PASSKEY, passkeys), (Factor.PASSWORD, passwords), (Factor.CODE, codes)):
        if connection.execute(select(table.c.person_id).where(table.c.person_id == person_id).limit(1)).first():
            found.add(factor)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class WayIn:
    """What typing a password is checked against; all empty when nobody active has the address."""

    person_id: str = ""
    password: str | None = None
    sealed_seed: bytes | None = field(default=None, repr=False)
    knows_browser: bool = False


def way_in(connection: Connection, email: str, browser_hash: bytes) -> WayIn:
    """One query, the same for an address that somebody has and one that nobody has."""
    is_theirs = and_(browsers.c.person_id == people.c.id, browsers.c.browser_hash == browser_hash)
    query = (
        select(people.c.id, passwords.c.hash, codes.c.seed, browsers.c.used_at)
        .outerjoin(passwords, passwords.c.person_id == people.c.id)
        .outerjoin(codes, codes.c.person_id == people.c.id)
        .outerjoin(browsers, is_theirs)
        .where(people.c.email == email, people.c.status == PersonStatus.ACTIVE)
    )
    row = connection.execute(query).first()
    return WayIn(row.id, row.hash, row.seed, row.used_at is not None) if row else WayIn()


# Sessions


def insert_session(
    connection: Connection, session: Session, token_hash: bytes, proofs: Proofs, passkey_id: str = ""
) -> None:
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
        )
    )


def session_by_id(connection: Connection, session_id: str) -> tuple[bytes, Session, Instant] | None:
    """The hash of the session's token, the session, and when it was last used."""
    row = connection.execute(select(sessions).where(sessions.c.id == session_id)).first()
    return _session(row) if row else None


def proofs_of(connection: Connection, session_id: str) -> dict[Factor, Instant] | None:
    written = connection.scalar(select(sessions.c.proofs).where(sessions.c.id == session_id))
    return None if written is None else _read(written)


def renew_session(
    connection: Connection, session_id: str, token_hash: bytes, proofs: Proofs, passkey_id: str = ""
) -> None:
    """Give a session a new token and further proofs."""
    values: dict[str, Any] = {"token_hash": token_hash, "proofs": _written(proofs)}
    if passkey_id:
        values["passkey_id"] = passkey_id
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))


def all_sessions(connection: Connection, now: Instant) -> list[tuple[bytes, Session, Instant]]:
    return [_session(row) for row in connection.execute(select(sessions).where(sessions.c.expires_at > now))]


def sessions_of(connection: Connection, person_id: str, *, app: str = "", parent: str = "") -> list[str]:
    """Ids of a person's sessions on one host, the oldest first."""
    query = (
        select(sessions.c.id)
        .where(sessions.c.person_id == person_id, sessions.c.app == app, sessions.c.parent == parent)
        .order_by(sessions.c.started_at, sessions.c.id)
    )
    return list(connection.scalars(query).all())


def sessions_proved_by(connection: Connection, passkey_id: str) -> list[str]:
    return list(connection.scalars(select(sessions.c.id).where(sessions.c.passkey_id == passkey_id)).all())


def delete_session(connection: Connection, session_id: str) -> None:
    connection.execute(delete(sessions).where(or_(sessions.c.id == session_id, sessions.c.parent == session_id)))


def save_last_used(connection: Connection, used: Sequence[tuple[str, Instant]]) -> None:
    for session_id, at in used:
        connection.execute(
            update(sessions).where(sessions.c.id == session_id, sessions.c.last_used < at).values(last_used=at)
        )


def ended_sessions(connection: Connection, now: Instant, at_most: int) -> list[str]:
    """Ids of sessions that time has ended for good."""
    return list(connection.scalars(select(sessions.c.id).where(sessions.c.expires_at <= now).limit(at_most)).all())


# not_before


def raise_not_before(connection: Connection, kind: str, key: str, at: Instant) -> None:
    """Whatever was issued to (kind, key) before `at` is dead; it only ever moves forward."""
    where = and_(not_before.c.kind == kind, not_before.c.key == key)
    if not connection.execute(update(not_before).where(where).values(at=func.max(not_before.c.at, at))).rowcount:
        connection.execute(insert(not_before).values(kind=kind, key=key, at=at))


def not_before_of(connection: Connection, kind: str, key: str) -> Instant:
    where = and_(not_before.c.kind == kind, not_before.c.key == key)
    return connection.scalar(select(not_before.c.at).where(where)) or 0


def all_not_before(connection: Connection) -> list[tuple[str, str, Instant]]:
    return [(row.kind, row.key, row.at) for row in connection.execute(select(not_before))]


# Browsers, challenges, guesses, keys


def remember_browser(connection: Connection, browser_hash: bytes, person_id: str, now: Instant) -> None:
    where = and_(browsers.c.browser_hash == browser_hash, browsers.c.person_id == person_id)
    if not connection.execute(update(browsers).where(where).values(used_at=now)).rowcount:
        connection.execute(insert(browsers).values(browser_hash=browser_hash, person_id=person_id, used_at=now))


def forget_browsers_of(connection: Connection, person_id: str) -> None:
    connection.execute(delete(browsers).where(browsers.c.person_id == person_id))


def spend_challenge(connection: Connection, challenge_hash: bytes, expires_at: Instant) -> bool:
    """Use a challenge up. Of any number that try, one gets True."""
    return _inserted(connection, spent_challenges, {"challenge_hash": challenge_hash, "expires_at": expires_at})


def save_guesses(connection: Connection, kept: Iterable[Kept]) -> None:
    for count in kept:
        connection.execute(delete(guesses).where(guesses.c.kind == count.kind, guesses.c.key == count.key))
        connection.execute(
            insert(guesses).values(
                kind=count.kind, key=count.key, guesses=count.guesses, at=count.at, wait_until=count.wait_until
            )
        )


def kept_guesses(connection: Connection) -> list[Kept]:
    query = select(guesses).order_by(guesses.c.at.desc()).limit(GUESSES_LOADED)
    rows = [Kept(row.kind, row.key, row.guesses, row.at, row.wait_until) for row in connection.execute(query)]
    return rows[::-1]


def purge(connection: Connection, now: Instant) -> None:
    """Forget what no longer says anything: challenges past their end, old links, guesses, browsers and marks."""
    connection.execute(delete(spent_challenges).where(spent_challenges.c.expires_at <= now))
    connection.execute(delete(links).where(links.c.expires_at < now - LINKS_KEPT_MS))
    connection.execute(delete(guesses).where(guesses.c.at < now - GUESSES_KEPT_MS))
    connection.execute(delete(browsers).where(browsers.c.used_at < now - BROWSERS_KEPT_MS))
    connection.execute(
        delete(not_before).where(not_before.c.kind == "session", not_before.c.key.not_in(select(sessions.c.id)))
    )


def sealed_key(connection: Connection, purpose: str) -> bytes | None:
    return connection.scalar(select(identity_keys.c.sealed).where(identity_keys.c.purpose == purpose))


def forget_sealed_key(connection: Connection, purpose: str) -> None:
    connection.execute(delete(identity_keys).where(identity_keys.c.purpose == purpose))


def keep_sealed_key(connection: Connection, purpose: str, sealed: bytes) -> None:
    connection.execute(insert(identity_keys).values(purpose=purpose, sealed=sealed))


# Rows to nouns


def _inserted(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert unless a unique column says no; the transaction goes on either way."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(row))
    except IntegrityError:
        return False
    return True


def _good_link(now: Instant) -> Any:
    return and_(links.c.spent_at == 0, links.c.revoked_at == 0, links.c.expires_at > now)


def _person(row: Row[Any], groups: frozenset[str]) -> Person:
    active = row.status == PersonStatus.ACTIVE
    return Person(id=row.id, name=row.name, email=row.email, groups=groups, active=active)


def _groups_by_person(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(memberships)):
        found.setdefault(row.person_id, set()).add(row.group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}


def _factors_by_person(connection: Connection) -> dict[str, set[Factor]]:
    found: dict[str, set[Factor]] = {}
    for factor, table in ((Factor.PASSKEY, passkeys), (Factor.PASSWORD, passwords), (Factor.CODE, codes)):
        for person_id in connection.scalars(select(table.c.person_id).distinct()):
            found.setdefault(person_id, set()).add(factor)
    return found


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


def _passkey(row: Row[Any]) -> Passkey:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a row's columns by name
    return Passkey(**values | {"transports": tuple(row.transports.split())})


def _session(row: Row[Any]) -> tuple[bytes, Session, Instant]:
    session = Session(
        id=row.id,
        person_id=row.person_id,
        auth=auth_of(_read(row.proofs)),
        started_at=row.started_at,
        expires_at=row.expires_at,
        idle_ms=row.idle_ms,
        app=row.app,
        parent=row.parent,
        device_id=row.device_id,
        address=row.address,
        user_agent=row.user_agent,
    )
    return row.token_hash, session, row.last_used


def _written(proofs: Proofs) -> str:
    return " ".join(f"{factor}={at}" for factor, at in sorted(proofs.items()))


def _read(written: str) -> dict[Factor, Instant]:
    pairs = (part.split("=", 1) for part in written.split())
    return {Factor(factor): int(at) for factor, at in pairs}
