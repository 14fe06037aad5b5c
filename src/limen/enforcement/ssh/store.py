"""SSH's tables: the authorities' keys, people's accounts, hosts, and the certificates that still matter.

Of a secret that is handed out only the hash is kept. Callers hold the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.storage import metadata
from limen.storage.tables import rows_called

AUTHORITIES: Final = "ssh_authorities"

ssh_authorities = Table(
    AUTHORITIES,
    metadata,
    Column("id", String(40), primary_key=True),
    Column("purpose", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The private keys that sign certificates, of people and of hosts."""

ssh_accounts = Table(
    "ssh_accounts",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("account", String(32), nullable=False, unique=True),
    info=rows_called("account on hosts", "accounts on hosts"),
)
"""What somebody's own account is called on every host. It never changes, and is nobody else's: of who was erased
the mark of the name stays, in both columns.
"""

ssh_certificates = Table(
    "ssh_certificates",
    metadata,
    Column("serial", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", String(40), nullable=False),
    Column("session_id", String(40), nullable=False),
    Column("app", String(40), nullable=False),
    Column("account", String(32), nullable=False),
    Column("action", String(20), nullable=False),
    Column("address", String(64), nullable=False),
    Column("decision", String(60), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("is_tied", Boolean, nullable=False),
    Column("ended_at", BigInteger, nullable=False, server_default="0"),
    Column("why_ended", String(60), nullable=False, server_default=""),
    info=rows_called("SSH certificate", "SSH certificates"),
)
"""Certificates that were issued, until nothing that was begun with them can be open any more."""
Index("ix_ssh_certificates_person_id", ssh_certificates.c.person_id)

ssh_hosts = Table(
    "ssh_hosts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("app", String(40), nullable=False),
    Column("name", String(253), nullable=False, unique=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("host_key", String(200), nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("certified_until", BigInteger, nullable=False, server_default="0"),
)
"""Hosts that enrolled: the key each is certified for, and what it knows itself to Limen by."""

ssh_host_tokens = Table(
    "ssh_host_tokens",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("app", String(40), nullable=False),
    Column("name", String(253), nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""One-time tokens, each for one host."""

CERTIFICATE_CHANGED: Final = "ssh_certificate"
HOSTS_CHANGED: Final = "ssh_host"
"""What is told through the change feed, with a serial and with a host's id."""
TABLES: Final = (ssh_authorities, ssh_accounts, ssh_certificates, ssh_hosts, ssh_host_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """A certificate that was issued. `valid_until`: for logging in; `until`: for what was begun with it. `ended_at`: 0
    while the decision it came of stands. `is_tied`: its browser's device was proved when it was asked for.
    """

    serial: int
    person_id: str
    session_id: str
    app: str
    account: str
    action: str
    address: str
    decision: str
    issued_at: Instant
    valid_until: Instant
    until: Instant
    is_tied: bool = False
    ended_at: Instant = 0
    why_ended: str = ""


@dataclass(frozen=True, slots=True)
class EnrolledHost:
    """A host that Limen certifies, and whose certificate is good until `certified_until`."""

    id: str
    app: str
    name: str
    token_hash: bytes
    host_key: str
    enrolled_at: Instant
    certified_until: Instant = 0


# Authorities


def authorities(connection: Connection, purpose: str) -> list[tuple[str, bytes, Instant]]:
    """Each key's id, what it is sealed as, and when it was made; the newest first."""
    table = ssh_authorities.c
    chosen = select(table.id, table.sealed, table.at).where(table.purpose == purpose).order_by(table.at.desc())
    return [(row.id, row.sealed, row.at) for row in connection.execute(chosen)]


def add_authority(connection: Connection, key_id: str, purpose: str, sealed: bytes, at: Instant) -> None:
    connection.execute(insert(ssh_authorities).values(id=key_id, purpose=purpose, sealed=sealed, at=at))


def drop_authority(connection: Connection, key_id: str) -> None:
    connection.execute(delete(ssh_authorities).where(ssh_authorities.c.id == key_id))


# Accounts


def accounts(connection: Connection) -> dict[str, str]:
    """What each person's own account is called."""
    return {row.person_id: row.account for row in connection.execute(select(ssh_accounts)) if row.account[0] != "#"}


def marks(connection: Connection) -> frozenset[str]:
    """The marks of accounts whose owners were erased."""
    chosen = select(ssh_accounts.c.account).where(ssh_accounts.c.account.startswith("#"))
    return frozenset(connection.execute(chosen).scalars())


def add_account(connection: Connection, person_id: str, account: str) -> None:
    connection.execute(insert(ssh_accounts).values(person_id=person_id, account=account))


# Certificates


def add_certificate(connection: Connection, one: IssuedCertificate) -> None:
    values = {name: getattr(one, name) for name in IssuedCertificate.__slots__}
    connection.execute(insert(ssh_certificates).values(values))


def end_certificate(connection: Connection, serial: int, at: Instant, why: str) -> bool:
    """False where it was ended already."""
    table = ssh_certificates
    where = (table.c.serial == serial, table.c.ended_at == 0)
    return bool(connection.execute(update(table).where(*where).values(ended_at=at, why_ended=why[:60])).rowcount)


def certificate(connection: Connection, serial: int) -> IssuedCertificate | None:
    row = connection.execute(select(ssh_certificates).where(ssh_certificates.c.serial == serial)).one_or_none()
    return None if row is None else _certificate(row)


def certificates(connection: Connection, now: Instant) -> list[IssuedCertificate]:
    """Those that something may still be open of."""
    chosen = select(ssh_certificates).where(ssh_certificates.c.until > now)
    return [_certificate(row) for row in connection.execute(chosen)]


def drop_old_certificates(connection: Connection, now: Instant) -> None:
    connection.execute(delete(ssh_certificates).where(ssh_certificates.c.until <= now))


def _certificate(row: Row[Any]) -> IssuedCertificate:
    return IssuedCertificate(**{name: getattr(row, name) for name in IssuedCertificate.__slots__})


# Hosts


def hosts(connection: Connection) -> list[EnrolledHost]:
    """All that enrolled, by name."""
    chosen = select(ssh_hosts).order_by(ssh_hosts.c.name)
    return [
        EnrolledHost(*(getattr(row, name) for name in EnrolledHost.__slots__)) for row in connection.execute(chosen)
    ]


def put_host(connection: Connection, host: EnrolledHost) -> None:
    """Know this host; one of its name before it is known no more."""
    connection.execute(delete(ssh_hosts).where(ssh_hosts.c.name == host.name))
    connection.execute(insert(ssh_hosts).values({name: getattr(host, name) for name in EnrolledHost.__slots__}))


def drop_host(connection: Connection, host_id: str) -> bool:
    """Whether there was one."""
    return bool(connection.execute(delete(ssh_hosts).where(ssh_hosts.c.id == host_id)).rowcount)


def set_certified(connection: Connection, host_id: str, until: Instant) -> None:
    connection.execute(update(ssh_hosts).where(ssh_hosts.c.id == host_id).values(certified_until=until))


def add_token(connection: Connection, hashed: bytes, app: str, name: str, now: Instant, until: Instant) -> None:
    """One more one-time token; those that are over go."""
    connection.execute(delete(ssh_host_tokens).where(ssh_host_tokens.c.until <= now))
    connection.execute(insert(ssh_host_tokens).values(hash=hashed, app=app, name=name, until=until))


def take_token(connection: Connection, hashed: bytes, now: Instant) -> tuple[str, str] | None:
    """The app and the host that this token is for, and it is used up; None where it is not good."""
    table = ssh_host_tokens
    row = connection.execute(select(table).where(table.c.hash == hashed)).one_or_none()
    used = connection.execute(delete(table).where(table.c.hash == hashed)).rowcount
    return (row.app, row.name) if row is not None and used and row.until > now else None
