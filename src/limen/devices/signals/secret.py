"""The secret by which a source proves itself: made by Limen, shown once, kept sealed."""

from __future__ import annotations

from limen.clock import Instant
from limen.devices.signals import authentication, store
from limen.events import Event
from limen.storage import Keyring, Transaction


def make(transaction: Transaction, keyring: Keyring, name: str, now: Instant, *, by: str) -> str:
    """A new secret for this source; the one before is good no more."""
    secret = authentication.new_secret()
    sealed = keyring.seal(store.device_signal_sources.name, name, "sealed", secret.encode())
    store.keep_secret(transaction.connection, name, sealed, now)
    transaction.changed("device_signal_source", name)
    transaction.say(Event(at=now, kind="device.signal_secret_made", actor=by, details={"source": name}))
    return secret


def opened(keyring: Keyring, row: store.SourceRow) -> str:
    """The secret; "" where none was made."""
    if not row.sealed:
        return ""
    return keyring.open_sealed(store.device_signal_sources.name, row.name, "sealed", row.sealed).decode()
