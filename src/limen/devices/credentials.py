"""What devices hold and are given, each kind with its end."""

from __future__ import annotations

from typing import Final

from limen.credentials import CredentialKind, Ending, Stays, delete_rows, rows_of, staying
from limen.devices import store
from limen.devices.certificates import store as certificates
from limen.devices.model import State
from limen.devices.sources import store as sources
from limen.storage import Transaction


def _quarantine(transaction: Transaction, ending: Ending) -> int:
    """Believe nothing that somebody's devices say until an administrator releases them."""
    return _to(transaction, ending, State.QUARANTINED, "somebody else may hold what is its owner's")


def _retire(transaction: Transaction, ending: Ending) -> int:
    return _to(transaction, ending, State.RETIRED, "its owner has left")


def _erase(transaction: Transaction, ending: Ending) -> int:
    mine = store.ids_of(transaction.connection, ending.holder)
    for device_id in mine:
        store.remove(transaction.connection, device_id)
        certificates.drop(transaction.connection, device_id)
        transaction.changed(certificates.CHANGED, device_id)
        transaction.changed("device", device_id)
    return len(mine)


def _to(transaction: Transaction, ending: Ending, state: State, why: str) -> int:
    live = store.ids_of(transaction.connection, ending.holder, State.ACTIVE)
    for device_id in live:
        store.set_state(transaction.connection, device_id, state, ending.now, why)
        certificates.drop(transaction.connection, device_id)
        transaction.changed(certificates.CHANGED, device_id)
        transaction.changed("device", device_id)
    return len(live)


def _end_restored(transaction: Transaction, _ending: Ending) -> int:
    """The backup does not know what was reported since: every device reports anew, and none counts until it did."""
    sources.believe_nothing_good(transaction.connection)
    return store.believe_no_report(transaction.connection)


def _end_certificates(transaction: Transaction, ending: Ending) -> int:
    """With their devices, which are in quarantine or retired by the same cause."""
    mine = store.ids_of(transaction.connection, ending.holder)
    gone = 0
    for device_id in mine:
        gone += certificates.drop(transaction.connection, device_id)
        transaction.changed(certificates.CHANGED, device_id)
    return gone


def _end_sources(transaction: Transaction, _ending: Ending) -> int:
    """A token that was replaced since, because others had it, would be good again: sources get new ones."""
    return sources.end_tokens(transaction.connection)


_OWNERS: Final = "a device opens nothing to an owner who is not active"
_TOKENS_END: Final = delete_rows(store.device_tokens)
CREDENTIALS: Final = (
    CredentialKind(
        name="devices",
        table=store.devices.name,
        deactivated=_retire,
        moved=Stays("a device is its owner's, in whatever group"),
        signed_out=Stays("it opens nothing by itself; what was signed in on it has ended"),
        lost=Stays("a lost device is reported by its own name, and a lost passkey is on another"),
        stolen=_quarantine,
        restored=_end_restored,
        erased=_erase,
        remains=rows_of(store.devices, lambda columns, _now: columns.state == State.ACTIVE),
        harmless=_OWNERS,
    ),
    CredentialKind(
        name="device_certificates",
        table=certificates.device_certificates.name,
        deactivated=_end_certificates,
        moved=Stays("a device is its owner's, in whatever group"),
        signed_out=Stays("it opens nothing by itself; what was signed in with it has ended"),
        lost=Stays("a lost device is reported by its own name, and a lost passkey is on another"),
        stolen=_end_certificates,
        restored=lambda transaction, _ending: certificates.drop_all(transaction.connection),
        erased=_end_certificates,
        harmless=_OWNERS,
    ),
    CredentialKind(
        name="device_tokens",
        table=store.device_tokens.name,
        deactivated=_TOKENS_END,
        moved=Stays("a device is its owner's, in whatever group"),
        signed_out=_TOKENS_END,
        lost=_TOKENS_END,
        stolen=_TOKENS_END,
        restored=lambda transaction, _ending: store.forget_all_tokens(transaction.connection),
        erased=_TOKENS_END,
        remains=rows_of(store.device_tokens, lambda columns, now: columns.until > now),
    ),
    staying(
        "device_sources",
        "a source of devices is the company's, and tells of everybody's",
        table=sources.device_sources.name,
        restored=_end_sources,
    ),
    staying("osquery_nodes", "each ends with the token by which it enrolled", table=sources.osquery_nodes.name),
)
