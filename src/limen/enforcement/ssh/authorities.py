"""Limen's two authorities for SSH, one for people and one for hosts: their keys, sealed, and changed with an overlap.

A key for people is known to the hosts before it signs and for as long after as anything lasts that it signed. So
is a key for hosts to people, who get the keys with each certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from limen.clock import DAY, Instant, Milliseconds
from limen.enforcement.ssh import store
from limen.enforcement.ssh.wire import line_of, public_blob
from limen.events import Event
from limen.opaque import new_id
from limen.storage import Keyring, Transaction

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

AHEAD: Final[Milliseconds] = DAY
"""How long a key is known to all before it signs. A host that was away for longer has to enrol again."""
LIVES: Final[Milliseconds] = 180 * DAY
KEPT: Final[Milliseconds] = 31 * DAY
"""How long a key still counts after its successor signs: longer than any certificate of a host."""


class Purpose(StrEnum):
    """Whom an authority certifies."""

    PEOPLE = "people"
    HOSTS = "hosts"


@dataclass(frozen=True)
class AuthorityKey:
    """One key."""

    id: str
    purpose: Purpose
    made_at: Instant
    secret: bytes = field(repr=False)

    @cached_property
    def private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return Ed25519PrivateKey.from_private_bytes(self.secret)

    @cached_property
    def blob(self) -> bytes:
        return public_blob(self.private.public_key())

    @cached_property
    def line(self) -> str:
        """The public key as it stands in a file."""
        return line_of(self.private.public_key())


@dataclass(frozen=True, slots=True)
class Authorities:
    """The keys of now, the newest of each purpose first. Replaced as a whole when they change."""

    keys: tuple[AuthorityKey, ...]

    def of(self, purpose: Purpose) -> tuple[AuthorityKey, ...]:
        """Every key that counts."""
        return tuple(one for one in self.keys if one.purpose is purpose)

    def signing(self, purpose: Purpose, now: Instant) -> AuthorityKey:
        """The newest that is known long enough; the oldest where there is none, as on the first day."""
        able = self.of(purpose)
        return next((one for one in able if one.made_at + AHEAD <= now), able[-1])


def kept_authorities(transaction: Transaction, keyring: Keyring, now: Instant) -> Authorities:
    """The keys as they are to be now: made where there is none, renewed in time, dropped when their successor is old.

    Cheap where there is nothing to do: call it at the start and now and then.
    """
    found: list[AuthorityKey] = []
    for purpose in Purpose:
        able = [
            AuthorityKey(key_id, purpose, at, keyring.open_sealed(store.AUTHORITIES, key_id, "sealed", sealed))
            for key_id, sealed, at in store.authorities(transaction.connection, purpose)
        ]
        if not able or able[0].made_at + LIVES - AHEAD <= now:
            able.insert(0, _made(transaction, keyring, purpose, now))
        for newer, older in list(pairwise(able)):
            if newer.made_at + AHEAD + KEPT <= now:
                able.remove(older)
                store.drop_authority(transaction.connection, older.id)
        found += able
    return Authorities(tuple(found))


def renew(transaction: Transaction, keyring: Keyring, now: Instant, by: str) -> bool:
    """Make the next key of each authority before its time; False where the next ones wait already."""
    keys = kept_authorities(transaction, keyring, now)
    due = [purpose for purpose in Purpose if keys.of(purpose)[0].made_at + AHEAD <= now]
    for purpose in due:
        _made(transaction, keyring, purpose, now, by)
    return bool(due)


def _made(transaction: Transaction, keyring: Keyring, purpose: Purpose, now: Instant, by: str = "") -> AuthorityKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    key_id, secret = new_id("ca"), Ed25519PrivateKey.generate().private_bytes_raw()
    sealed = keyring.seal(store.AUTHORITIES, key_id, "sealed", secret)
    store.add_authority(transaction.connection, key_id, purpose, sealed, now)
    transaction.say(Event(at=now, kind="ssh.authority_made", actor=by, details={"purpose": purpose.value}))
    return AuthorityKey(key_id, purpose, now, secret)
