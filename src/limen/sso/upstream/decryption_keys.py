"""The keys that SAML issuers encrypt assertions for: one for each issuer, and never a key that Limen signs with.

So what is encrypted at one issuer is nothing at another's address, and nothing that is asked of such a key can make a
signature of Limen's. One is made when it is first needed. It goes when the keys of SAML are discarded.
"""

from __future__ import annotations

import msgspec

from limen.clock import Instant
from limen.sso.saml.keys import made
from limen.sso.upstream import store
from limen.storage import Keyring, Snapshot, Transaction


class DecryptionKey(msgspec.Struct, frozen=True):
    """PEM, twice."""

    private: str
    certificate: str


def held(source: Snapshot | Transaction, keyring: Keyring, issuer: str) -> DecryptionKey | None:
    """The key of this issuer (its entity ID); None where there is none yet."""
    kept = store.secret_of(source.connection, keyring, store.saml_name(issuer))
    return msgspec.json.decode(kept, type=DecryptionKey) if kept else None


def kept(transaction: Transaction, keyring: Keyring, issuer: str, now: Instant, name: str) -> DecryptionKey:
    """The key of this issuer, made where there is none. `name` is what its certificate calls its holder."""
    found = held(transaction, keyring, issuer)
    if found is None:
        key = made(name, now, now)
        found = DecryptionKey(key.private, key.certificate)
        written = msgspec.json.encode(found).decode()
        store.keep_secret(transaction.connection, keyring, store.saml_name(issuer), written, now)
    return found
