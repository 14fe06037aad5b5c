"""Keys by which workloads prove themselves: added and removed on the server, each with an end.

Limen never sees the private half. A key is of one workload, counts for a while, and everything that was issued for it
is worth nothing when it is removed.
"""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.events import Event
from limen.sso.oidc import workload_store
from limen.sso.oidc.public_keys import PublicKey
from limen.sso.oidc.workload_store import WorkloadKey
from limen.storage import Transaction

MOST: Final = 5
"""How many good keys one workload may have: enough to change them without a gap."""
MOST_DAYS: Final = 366
KEPT: Final = 30 * DAY
"""How long a key that is over is still listed."""


def add(transaction: Transaction, workload_id: str, key: PublicKey, days: int, now: Instant, *, by: str) -> WorkloadKey:
    """From now on this workload proves itself by this key, too. Raises LimenError."""
    if not 1 <= days <= MOST_DAYS:
        raise LimenError(f"a key can be valid for 1 to {MOST_DAYS} days", "set --days")
    if workload_store.key_of(transaction.connection, key.thumbprint) is not None:
        raise LimenError("this key is registered already", "make a new one: a key belongs to one workload")
    good = [one for one in workload_store.keys_of(transaction.connection, workload_id) if now < one.until]
    if len(good) >= MOST:
        raise LimenError(f"this workload already has {MOST} valid keys", "remove one that it no longer uses")
    if key.id in {one.name for one in good}:
        raise LimenError("another key of this workload has the same `kid`", "remove that one, or rename this one")
    added = WorkloadKey(key.thumbprint, workload_id, key.id, key.jwk, now, now + days * DAY)
    workload_store.add_key(transaction.connection, added)
    _tell(transaction, "sso.workload_key_added", added, now, by)
    return added


def remove(transaction: Transaction, workload_id: str, named: str, now: Instant, *, by: str) -> WorkloadKey:
    """End a key, by its id or thumbprint, and everything that was issued for it. Raises LimenError."""
    held = workload_store.keys_of(transaction.connection, workload_id)
    found = next((one for one in held if named in {one.name, one.thumbprint}), None)
    if found is None:
        raise LimenError(f"this workload has no key {named[:60]!r}", "`limen workload-key list` lists them")
    workload_store.remove_key(transaction.connection, found.thumbprint)
    _tell(transaction, "sso.workload_key_removed", found, now, by)
    return found


def _tell(transaction: Transaction, kind: str, key: WorkloadKey, now: Instant, by: str) -> None:
    details: dict[str, str | int | bool] = {"key": key.thumbprint, "expires_at": key.until}
    transaction.say(Event(at=now, kind=kind, actor=by, subject=key.workload_id, details=details))
