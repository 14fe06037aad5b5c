"""Limen's two authorities for SSH, one for people and one for hosts: their keys, sealed, and changed with an overlap.

A key for people is known to the hosts before it signs and for as long after as anything lasts that it signed. So
is a key for hosts to people, who get the keys with each certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.enforcement.ssh import store
from limen.events import Event
from limen.following.keys import AHEAD, SigningKey, is_next_due, new_secret, outlived, signing
from limen.opaque import new_id
from limen.storage import Keyring, Transaction


class Purpose(StrEnum):
    """Whom an authority certifies."""

    PEOPLE = "people"
    HOSTS = "hosts"


@dataclass(frozen=True)
class AuthorityKey(SigningKey):
    """One key of an authority."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Authorities:
    """The keys of now, the newest of each purpose first. Replaced as a whole when they change."""

    keys: tuple[AuthorityKey, ...]

    def of(self, purpose: Purpose) -> tuple[AuthorityKey, ...]:
        """Every key that counts."""
        return tuple(one for one in self.keys if one.purpose is purpose)

    def signing(self, purpose: Purpose, now: Instant) -> AuthorityKey:
        """The one that signs now."""
        return signing(self.of(purpose), now)


def kept_authorities(transaction: Transaction, keyring: Keyring, now: Instant) -> Authorities:
    """The keys as they are to be now: made where there is none, renewed in time, dropped when their successor is old.

    Cheap where there is nothing to do: call it at the start and now and then.
    """
    found: list[AuthorityKey] = []
    for purpose in Purpose:
        able = [
            AuthorityKey(key_id, at, keyring.open_sealed(store.AUTHORITIES, key_id, "sealed", sealed), purpose)
            for key_id, sealed, at in store.authorities(transaction.connection, purpose)
        ]
        if is_next_due(able, now):
            able.insert(0, _made(transaction, keyring, purpose, now))
        for older in outlived(able, now):
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
    key_id, secret = new_id("ca"), new_secret()
    sealed = keyring.seal(store.AUTHORITIES, key_id, "sealed", secret)
    store.add_authority(transaction.connection, key_id, purpose, sealed, now)
    transaction.say(Event(at=now, kind="ssh.authority_made", actor=by, details={"purpose": purpose.value}))
    return AuthorityKey(key_id, now, secret, purpose)
