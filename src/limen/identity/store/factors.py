"""Passkeys, passwords and codes, and the one query that a sign-in asks.

Whatever adds or removes a factor says that its person has changed: who must still set up what hangs on it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from limen.clock import Instant
from limen.facts import EnrolledFactors, Factor
from limen.identity.model import Passkey, PersonStatus
from limen.identity.store.tables import attestations, browsers, codes, passkeys, passwords, people, sessions
from limen.storage.database import Transaction
from limen.storage.rows import inserted, row_of, value_of


def insert_passkey(transaction: Transaction, passkey: Passkey) -> bool:
    """Keep a passkey; False when its credential id is known already, whoever's it is."""
    transaction.changed("enrolled", passkey.person_id)
    return inserted(transaction.connection, passkeys, row_of(passkey))


def passkey_by_credential(connection: Connection, credential_id: bytes) -> Passkey | None:
    row = connection.execute(select(passkeys).where(passkeys.c.credential_id == credential_id)).first()
    return _passkey(row) if row else None


def passkeys_of(connection: Connection, person_id: str) -> list[Passkey]:
    query = select(passkeys).where(passkeys.c.person_id == person_id).order_by(passkeys.c.added_at, passkeys.c.id)
    return [_passkey(row) for row in connection.execute(query)]


def passkey_of_session(connection: Connection, session_id: str) -> Passkey | None:
    """The passkey that proved a session last; None where it was none, or it was removed."""
    query = select(passkeys).join(sessions, sessions.c.passkey_id == passkeys.c.id).where(sessions.c.id == session_id)
    row = connection.execute(query).first()
    return _passkey(row) if row else None


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


def delete_passkey(transaction: Transaction, person_id: str, passkey_id: str) -> bool:
    transaction.changed("enrolled", person_id)
    where = and_(passkeys.c.id == passkey_id, passkeys.c.person_id == person_id)
    of_it = and_(attestations.c.passkey_id == passkey_id, attestations.c.person_id == person_id)
    transaction.connection.execute(delete(attestations).where(of_it))
    return bool(transaction.connection.execute(delete(passkeys).where(where)).rowcount == 1)


def keep_attestation(transaction: Transaction, passkey: Passkey, statement: str) -> None:
    """Keep what its maker attested of a passkey."""
    row = {"passkey_id": passkey.id, "person_id": passkey.person_id, "statement": statement}
    transaction.connection.execute(insert(attestations).values(row))


def trust_only(transaction: Transaction, roots: Collection[str]) -> None:
    """Forget what was attested under roots that are trusted no longer, in what is signed in with them, too."""
    connection = transaction.connection
    doubtful = and_(passkeys.c.attested_root != "", passkeys.c.attested_root.not_in(roots))
    gone = list(connection.scalars(select(passkeys.c.id).where(doubtful)))
    for passkey_id in gone:
        connection.execute(update(passkeys).where(passkeys.c.id == passkey_id).values(attested_root=""))
        for session_id in connection.scalars(select(sessions.c.id).where(sessions.c.passkey_id == passkey_id)):
            transaction.changed("session", session_id)


def attested_models(connection: Connection, session_id: str = "") -> dict[str, str]:
    """The AAGUID of the attested passkey that proved each session (or this one) last, by the session's id."""
    query = (
        select(sessions.c.id, passkeys.c.aaguid)
        .join(passkeys, passkeys.c.id == sessions.c.passkey_id)
        .where(passkeys.c.attested_root != "")
    )
    if session_id:
        query = query.where(sessions.c.id == session_id)
    return {row.id: row.aaguid for row in connection.execute(query)}


def attested_by_person(connection: Connection) -> dict[str, frozenset[str]]:
    """The AAGUIDs of everybody's attested passkeys."""
    found: dict[str, set[str]] = {}
    query = select(passkeys.c.person_id, passkeys.c.aaguid).where(passkeys.c.attested_root != "")
    for row in connection.execute(query):
        found.setdefault(row.person_id, set()).add(row.aaguid)
    return {person_id: frozenset(models) for person_id, models in found.items()}


def delete_only(transaction: Transaction, person_id: str, factor: Factor) -> bool:
    """Delete the factor of which a person has one at most: the password or the code."""
    transaction.changed("enrolled", person_id)
    table = {Factor.PASSWORD: passwords, Factor.CODE: codes}[factor]
    return bool(transaction.connection.execute(delete(table).where(table.c.person_id == person_id)).rowcount)


def has_any_passkey(connection: Connection) -> bool:
    return connection.execute(select(passkeys.c.id).limit(1)).first() is not None


def set_password(transaction: Transaction, person_id: str, hashed: str, now: Instant) -> None:
    transaction.changed("enrolled", person_id)
    transaction.connection.execute(delete(passwords).where(passwords.c.person_id == person_id))
    transaction.connection.execute(insert(passwords).values(person_id=person_id, hash=hashed, set_at=now))


def mark_breached(transaction: Transaction, person_id: str, hashed: str | None, now: Instant) -> bool:
    """Note that this password was found in a list of breached ones; False where it is another by now, or was noted."""
    is_this = and_(passwords.c.person_id == person_id, passwords.c.hash == hashed, passwords.c.breached_at == 0)
    done = transaction.connection.execute(update(passwords).where(is_this).values(breached_at=now))
    if done.rowcount == 1:
        transaction.changed("enrolled", person_id)
    return bool(done.rowcount == 1)


def is_password(connection: Connection, person_id: str, hashed: str | None) -> bool:
    """Whether this is still the hash of their password."""
    found = connection.scalar(select(passwords.c.hash).where(passwords.c.person_id == person_id))
    return found is not None and found == hashed


def sealed_seed_of(connection: Connection, person_id: str) -> bytes | None:
    return connection.scalar(select(codes.c.seed).where(codes.c.person_id == person_id))


def sealed_seeds(connection: Connection) -> list[tuple[str, bytes]]:
    """Of everybody who has an authenticator app, with their id."""
    return [(row.person_id, row.seed) for row in connection.execute(select(codes.c.person_id, codes.c.seed))]


def set_code(transaction: Transaction, person_id: str, sealed_seed: bytes, step: int, now: Instant) -> None:
    transaction.changed("enrolled", person_id)
    row = {"person_id": person_id, "seed": sealed_seed, "last_step": step, "added_at": now}
    transaction.connection.execute(delete(codes).where(codes.c.person_id == person_id))
    transaction.connection.execute(insert(codes).values(row))


def use_step(connection: Connection, person_id: str, sealed_seed: bytes, step: int) -> bool:
    """Use a time step of this seed up, with all before it. Of any number that try the same one, one gets True."""
    of_seed = and_(codes.c.person_id == person_id, codes.c.seed == sealed_seed)
    done = connection.execute(update(codes).where(of_seed, codes.c.last_step < step).values(last_step=step))
    return bool(done.rowcount == 1)


def held_by(connection: Connection, person_id: str) -> frozenset[Factor]:
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


def factors_by_person(connection: Connection) -> dict[str, set[Factor]]:
    found: dict[str, set[Factor]] = {}
    for factor, table in ((Factor.PASSKEY, passkeys), (Factor.PASSWORD, passwords), (Factor.CODE, codes)):
        for person_id in connection.scalars(select(table.c.person_id).distinct()):
            found.setdefault(person_id, set()).add(factor)
    return found


def passkeys_by_person(connection: Connection) -> dict[str, int]:
    """How many passkeys each person has who has any."""
    person = passkeys.c.person_id
    return {row[0]: row[1] for row in connection.execute(select(person, func.count()).group_by(person))}


def enrolled_of(connection: Connection, person_id: str) -> EnrolledFactors:
    """The factors that one person has."""
    breached_at = connection.scalar(select(passwords.c.breached_at).where(passwords.c.person_id == person_id))
    return EnrolledFactors(held_by(connection, person_id), breached_at or 0)


def enrolled_by_person(connection: Connection) -> dict[str, EnrolledFactors]:
    """The same of everybody who has any."""
    query = select(passwords.c.person_id, passwords.c.breached_at)
    breached = {row.person_id: row.breached_at for row in connection.execute(query)}
    return {
        person_id: EnrolledFactors(frozenset(factors), breached.get(person_id, 0))
        for person_id, factors in factors_by_person(connection).items()
    }


def _passkey(row: Row[Any]) -> Passkey:
    return value_of(Passkey, row, transports=tuple(row.transports.split()))
