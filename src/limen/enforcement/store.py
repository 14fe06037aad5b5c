"""The keys that assertions are signed with, kept sealed. Callers hold the transaction."""

from __future__ import annotations

import secrets

import msgspec
from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, insert, select

from limen.clock import Instant
from limen.enforcement.assertion import SigningKeys, new_signing_key
from limen.storage.database import Transaction
from limen.storage.keyring import Keyring
from limen.storage.tables import metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Private keys of assertions (`purpose` "assertion", a JWK) and the secret of session aliases ("pairwise")."""

_ASSERTION, _PAIRWISE = "assertion", "pairwise"


def keep_signing_keys(transaction: Transaction, keyring: Keyring, now: Instant) -> SigningKeys:
    """The keys that assertions are signed with, the newest first; made where there are none yet."""
    chosen = select(signing_keys.c.id, signing_keys.c.purpose, signing_keys.c.sealed).order_by(signing_keys.c.at.desc())
    opened = [
        (purpose, keyring.open_sealed("signing_keys", row, "sealed", sealed))
        for row, purpose, sealed in transaction.connection.execute(chosen)
    ]
    private = tuple(msgspec.json.decode(secret) for purpose, secret in opened if purpose == _ASSERTION)
    pairwise = next((secret for purpose, secret in opened if purpose == _PAIRWISE), b"")

    def seal(purpose: str, row: str, secret: bytes) -> None:
        sealed = keyring.seal("signing_keys", row, "sealed", secret)
        transaction.connection.execute(insert(signing_keys).values(id=row, purpose=purpose, sealed=sealed, at=now))

    if not private:
        key = new_signing_key()
        private = (key,)
        seal(_ASSERTION, str(key["kid"]), msgspec.json.encode(key))
    if not pairwise:
        pairwise = secrets.token_bytes(32)
        seal(_PAIRWISE, _PAIRWISE, pairwise)
    return SigningKeys(private=private, pairwise=pairwise)
