"""RADIUS's tables: the secrets of what asks, the RADIUS servers that Limen knows, and the sessions that still matter.

Callers hold the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
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

CLIENTS: Final = "radius_clients"
FOLLOWED: Final = "v"
"""What the ids of sessions begin with that an OpenVPN server has."""
MOST_SERVERS: Final = 4
"""RADIUS servers that may ask at once: the oldest goes when one more is configured."""

radius_clients = Table(
    CLIENTS,
    metadata,
    Column("network", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""The secret that each VPN, access point or gear shares with the RADIUS server, by its address or network."""

radius_servers = Table(
    "radius_servers",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
)
"""What RADIUS servers know themselves to Limen by."""

radius_sessions = Table(
    "radius_sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("app", String(40), nullable=False),
    Column("action", String(20), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("session_id", String(40), nullable=False),
    Column("device_id", String(40), nullable=False),
    Column("address", String(64), nullable=False),
    Column("client", String(64), nullable=False),
    Column("nas", String(64), nullable=False),
    Column("calling", String(64), nullable=False),
    Column("user_name", String(254), nullable=False),
    Column("decision", String(60), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("accounted", String(128), nullable=False, server_default=""),
    Column("ending_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("network session", "network sessions"),
)
"""Who is in a VPN, a Wi-Fi or gear, until it is over. `accounted` is the NAS's own name of the session, `ending_at`
when it ended here: the row stays until the NAS has said that it did there.
"""
SESSION_CHANGED: Final = "radius_session"
"""What is told through the change feed, with a session's id."""
Index("ix_radius_sessions_person_id", radius_sessions.c.person_id)

TABLES: Final = (radius_clients, radius_servers, radius_sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusSession:
    """Somebody who was let in, until `until` at the latest: the NAS ends it then, whether Limen runs or not.

    `session_id` is the sign-in that it hangs on, "" where a device's certificate let it in; then `certified_until` of
    that certificate is part of `until`. `device_id` is the device that it is on, "" where that was not proved. `client`
    is the network that the NAS is configured by, `nas` its address; an OpenVPN server's `nas` is its name. `ending_at`:
    0 while it is permitted; from then on the NAS is told to end it.
    """

    id: str
    app: str
    action: str
    person_id: str
    session_id: str
    device_id: str
    address: str
    client: str
    nas: str
    calling: str
    user_name: str
    decision: str
    began_at: Instant
    until: Instant
    accounted: str = ""
    ending_at: Instant = 0

    @property
    def is_followed(self) -> bool:
        """Whether an OpenVPN server has it, which follows Limen, and is told nothing by RADIUS."""
        return self.id.startswith(f"{FOLLOWED}_")


# Secrets of clients


def put_client(connection: Connection, network: str, sealed: bytes, now: Instant) -> None:
    connection.execute(delete(radius_clients).where(radius_clients.c.network == network))
    connection.execute(insert(radius_clients).values(network=network, sealed=sealed, made_at=now))


def clients(connection: Connection) -> dict[str, bytes]:
    """What each client's secret is sealed as, by its network."""
    return {row.network: row.sealed for row in connection.execute(select(radius_clients))}


# RADIUS servers


def add_server(connection: Connection, hashed: bytes, now: Instant) -> None:
    """One more RADIUS server may ask. The oldest beyond `MOST_SERVERS` may no more."""
    connection.execute(insert(radius_servers).values(token_hash=hashed, made_at=now))
    table = radius_servers.c
    known = connection.execute(select(table.token_hash).order_by(table.made_at.desc())).scalars().all()
    for old in known[MOST_SERVERS:]:
        connection.execute(delete(radius_servers).where(table.token_hash == old))


def is_server(connection: Connection, hashed: bytes) -> bool:
    """Looked up by its hash: how long that takes tells nothing of the token."""
    return connection.execute(select(radius_servers).where(radius_servers.c.token_hash == hashed)).first() is not None


def has_servers(connection: Connection) -> bool:
    """Whether any RADIUS server may ask."""
    return connection.execute(select(radius_servers).limit(1)).first() is not None


# Sessions


def add_session(connection: Connection, one: RadiusSession) -> None:
    connection.execute(insert(radius_sessions).values({name: getattr(one, name) for name in RadiusSession.__slots__}))


def set_accounted(connection: Connection, session_id: str, accounted: str) -> None:
    connection.execute(update(radius_sessions).where(radius_sessions.c.id == session_id).values(accounted=accounted))


def set_ending(connection: Connection, session_id: str, at: Instant) -> bool:
    """Whether it was not ending before."""
    where = (radius_sessions.c.id == session_id, radius_sessions.c.ending_at == 0)
    return bool(connection.execute(update(radius_sessions).where(*where).values(ending_at=at)).rowcount)


def drop_session(connection: Connection, session_id: str) -> bool:
    """Whether there was one."""
    return bool(connection.execute(delete(radius_sessions).where(radius_sessions.c.id == session_id)).rowcount)


def session(connection: Connection, session_id: str) -> RadiusSession | None:
    row = connection.execute(select(radius_sessions).where(radius_sessions.c.id == session_id)).one_or_none()
    return None if row is None else _session(row)


def sessions(connection: Connection) -> list[RadiusSession]:
    return [_session(row) for row in connection.execute(select(radius_sessions))]


def drop_old(connection: Connection, now: Instant) -> None:
    connection.execute(delete(radius_sessions).where(radius_sessions.c.until <= now))


def _session(row: Row[Any]) -> RadiusSession:
    return RadiusSession(**{name: getattr(row, name) for name in RadiusSession.__slots__})
