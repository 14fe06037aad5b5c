"""What is kept of upstream issuers, sealed: the secrets by which Limen proves itself to them, and the keys that they
encrypt for.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage import Keyring, metadata

upstream_secrets = Table(
    "upstream_secrets",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""By the issuer's identifier, so that no other issuer is ever sent it. A key for decryption is under a name that is no
identifier (`saml_name`): an issuer by OpenID Connect that is called the same is never sent it.
"""
TABLES: Final = (upstream_secrets,)
_OF_SAML: Final = "saml "


def keep_secret(connection: Connection, keyring: Keyring, issuer: str, secret: str, now: Instant) -> None:
    """From now on this is the secret; the one before is gone."""
    sealed = keyring.seal(upstream_secrets.name, issuer, "sealed", secret.encode())
    connection.execute(delete(upstream_secrets).where(upstream_secrets.c.issuer == issuer))
    connection.execute(insert(upstream_secrets).values(issuer=issuer, sealed=sealed, made_at=now))


def secret_of(connection: Connection, keyring: Keyring, issuer: str) -> str:
    """The secret; "" where none was given."""
    sealed = connection.scalar(select(upstream_secrets.c.sealed).where(upstream_secrets.c.issuer == issuer))
    return keyring.open_sealed(upstream_secrets.name, issuer, "sealed", sealed).decode() if sealed else ""


def with_secrets(connection: Connection) -> frozenset[str]:
    """The issuers whose secret is here."""
    return frozenset(connection.scalars(select(upstream_secrets.c.issuer)))


def saml_name(issuer: str) -> str:
    """The name under which the key is that this SAML issuer encrypts for. No identifier has a space in it."""
    return f"{_OF_SAML}{issuer}"


def drop_decryption_keys(connection: Connection) -> None:
    """All of them; new ones are made when they are needed, and issuers read them in Limen's metadata."""
    connection.execute(delete(upstream_secrets).where(upstream_secrets.c.issuer.startswith(_OF_SAML)))
