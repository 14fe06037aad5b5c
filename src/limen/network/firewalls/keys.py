"""The keys that sign what firewalls are told: sealed, and changed with an overlap."""

from __future__ import annotations

from limen.clock import Instant
from limen.events import Event
from limen.following.keys import SigningKey, is_next_due, new_secret, outlived
from limen.network.firewalls import store
from limen.opaque import new_id
from limen.storage import Keyring, Transaction


def kept_keys(transaction: Transaction, keyring: Keyring, now: Instant) -> tuple[SigningKey, ...]:
    """The keys as they are to be now, the newest first: made where there is none, renewed in time, dropped when their
    successor is old. Cheap where there is nothing to do.
    """
    able = [
        SigningKey(key_id, at, keyring.open_sealed(store.KEYS, key_id, "sealed", sealed))
        for key_id, sealed, at in store.keys(transaction.connection)
    ]
    if is_next_due(able, now):
        able.insert(0, _made(transaction, keyring, now))
    for older in outlived(able, now):
        able.remove(older)
        store.drop_key(transaction.connection, older.id)
    return tuple(able)


def _made(transaction: Transaction, keyring: Keyring, now: Instant) -> SigningKey:
    key_id, secret = new_id("ca"), new_secret()
    store.add_key(transaction.connection, key_id, keyring.seal(store.KEYS, key_id, "sealed", secret), now)
    transaction.say(Event(at=now, kind="network.key_made"))
    return SigningKey(key_id, now, secret)
