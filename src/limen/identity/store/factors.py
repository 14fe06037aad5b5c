"""Passkeys, passwords and codes, and the one query that a sign-in asks.

Whatever adds or removes a factor says that its person has changed: who must still set up what hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from limen.clock import Instant
from limen.facts import EnrolledFactors, Factor
from limen.identity.model import Passkey, PersonStatus
from limen.identity.store.tables import browsers, codes, inserted, passkeys, passwords, people, row_of, value_of
from limen.storage.database import Transaction


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
    return bool(transaction.connection.execute(delete(passkeys).where(where)).rowcount == 1)


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
