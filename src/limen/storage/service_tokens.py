"""Tokens by which other services call Limen: shown once, kept as a hash, two at a time while one is changed.

Each is a service's and nobody's. A part that gives such tokens has a table of its own for them (`table_of_tokens`), and
says the events.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, insert, select, update

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.opaque import hash_of, new_id, new_token
from limen.storage.tables import metadata

AT_ONCE: Final = 2
"""Tokens of one service: the new one is put in place before the old one ends."""
LIVES: Final[Milliseconds] = 365 * DAY
LONGEST_TOKEN: Final = 200
"""In characters; what is longer is not even hashed."""
_NOTED_EVERY: Final[Milliseconds] = HOUR


def table_of_tokens(name: str, service: str) -> Table:
    """A table for them; `service` is the column that says whose a token is."""
    return Table(
        name,
        metadata,
        Column("id", String(40), primary_key=True),
        Column(service, String(40), nullable=False, index=True),
        Column("token_hash", LargeBinary(32), nullable=False, unique=True),
        Column("made_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("used_at", BigInteger, nullable=False, server_default="0"),
    )


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """One token, without its secret. `used_at` is when it was used last, to the hour; 0: never."""

    id: str
    service: str
    made_at: Instant
    expires_at: Instant
    used_at: Instant = 0

    def is_use_to_note(self, now: Instant) -> bool:
        """Whether its use is to be remembered: once an hour."""
        return now - self.used_at >= _NOTED_EVERY


class ServiceTokens:
    """Those in one table. `service` is its column that says whose a token is, `prefix` begins their IDs."""

    def __init__(self, table: Table, service: str, prefix: str) -> None:
        self.table = table
        self._service = table.c[service]
        self._prefix = prefix

    def make(self, connection: Connection, service: str, now: Instant) -> tuple[str, str]:
        """A token, good for a year, and its ID; this is the only moment at which it is known. Of how many a service may
        have (`AT_ONCE`) the caller takes care.
        """
        token, token_id = new_token(), new_id(self._prefix)
        row = {"id": token_id, self._service.name: service, "token_hash": hash_of(token), "made_at": now}
        connection.execute(insert(self.table).values({**row, "expires_at": now + LIVES}))
        return token, token_id

    def end(self, connection: Connection, token_id: str) -> str:
        """It opens nothing from now on. Whose it was; "" where there is no such token."""
        service = connection.scalar(select(self._service).where(self.table.c.id == token_id))
        connection.execute(delete(self.table).where(self.table.c.id == token_id))
        return service or ""

    def end_every(self, connection: Connection) -> int:
        """None of them opens anything from now on; how many there were."""
        return int(connection.execute(delete(self.table)).rowcount)

    def of(self, connection: Connection, service: str, now: Instant) -> list[ServiceToken]:
        """Those that are good, the newest last."""
        is_good = (self._service == service) & (self.table.c.expires_at > now)
        query = select(self.table).where(is_good).order_by(self.table.c.made_at, self.table.c.id)
        return [self._token(row) for row in connection.execute(query)]

    def every(self, connection: Connection) -> list[ServiceToken]:
        """All there are, of whatever service, also those that are too old."""
        return [self._token(row) for row in connection.execute(select(self.table))]

    def holder(self, connection: Connection, token: str, now: Instant) -> ServiceToken | None:
        """Whose token this is; None for one that is none, ended, or too old."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        hashed = hash_of(token)
        row = connection.execute(select(self.table).where(self.table.c.token_hash == hashed)).first()
        if row is None or not hmac.compare_digest(row.token_hash, hashed) or row.expires_at <= now:
            return None
        return self._token(row)

    def note_use(self, connection: Connection, token: ServiceToken, now: Instant) -> None:
        """Remember that it was used."""
        connection.execute(update(self.table).where(self.table.c.id == token.id).values(used_at=now))

    def _token(self, row: object) -> ServiceToken:
        names = ("id", self._service.name, "made_at", "expires_at", "used_at")
        return ServiceToken(*(getattr(row, name) for name in names))
