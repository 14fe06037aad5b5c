"""Who is whom at an upstream issuer, and which sessions a sign-in there opened."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, and_, delete, select, update

from limen.clock import Instant
from limen.identity.store.tables import sessions
from limen.storage.rows import inserted, row_of, value_of
from limen.storage.tables import metadata, rows_called

_AT_ONCE = 500

issuer_accounts = Table(
    "issuer_accounts",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("linked_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("linked account", "linked accounts"),
)
"""By the issuer's identifier and its name for the person: the pair is all that tells who it is."""

issuer_sessions = Table(
    "issuer_sessions",
    metadata,
    Column("session_id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("sid", String(255), nullable=False),
    Column("qualifiers", String(40), nullable=False, server_default=""),
    info=rows_called("sign-in at another service", "sign-ins at other services"),
)
"""`sid` is the issuer's name for its own session, by which it says that it is over; "" where it gave none.
`qualifiers`: what belongs to its name for the person when that is said back to it, as in `Vouched`.
"""
Index("ix_issuer_sessions_issuer_subject", issuer_sessions.c.issuer, issuer_sessions.c.subject)


@dataclass(frozen=True, slots=True)
class IssuerAccount:
    """Somebody's account at an issuer that is linked to theirs here. `used_at`: when it signed them in last."""

    issuer: str
    subject: str
    person_id: str
    linked_at: Instant
    used_at: Instant = 0


@dataclass(frozen=True, slots=True)
class IssuerSession:
    """A session here that a sign-in at an issuer opened or proved again."""

    session_id: str
    person_id: str
    issuer: str
    subject: str
    sid: str
    qualifiers: str = ""


def person_of(connection: Connection, issuer: str, subject: str) -> str:
    """Who is linked to this account; "" for nobody."""
    where = and_(issuer_accounts.c.issuer == issuer, issuer_accounts.c.subject == subject)
    return connection.scalar(select(issuer_accounts.c.person_id).where(where)) or ""


def link(connection: Connection, account: IssuerAccount) -> bool:
    """False where somebody is linked to it already."""
    return inserted(connection, issuer_accounts, row_of(account))


def use(connection: Connection, issuer: str, subject: str, now: Instant) -> None:
    where = and_(issuer_accounts.c.issuer == issuer, issuer_accounts.c.subject == subject)
    connection.execute(update(issuer_accounts).where(where).values(used_at=now))


def unlink(connection: Connection, person_id: str, issuer: str) -> int:
    """Returns how many accounts at this issuer were theirs."""
    where = and_(issuer_accounts.c.person_id == person_id, issuer_accounts.c.issuer == issuer)
    return int(connection.execute(delete(issuer_accounts).where(where)).rowcount)


def of(connection: Connection, person_id: str = "", issuer: str = "") -> list[IssuerAccount]:
    """Linked accounts, of a person or at an issuer where one is named, the newest last."""
    query = select(issuer_accounts).order_by(issuer_accounts.c.linked_at, issuer_accounts.c.subject)
    if person_id:
        query = query.where(issuer_accounts.c.person_id == person_id)
    if issuer:
        query = query.where(issuer_accounts.c.issuer == issuer)
    return [value_of(IssuerAccount, row) for row in connection.execute(query)]


# Sessions


def note_session(connection: Connection, opened: IssuerSession) -> None:
    """Remember which sign-in a session rests on; the newest counts."""
    connection.execute(delete(issuer_sessions).where(issuer_sessions.c.session_id == opened.session_id))
    inserted(connection, issuer_sessions, row_of(opened))


def sessions_of(
    connection: Connection, *, person_id: str = "", issuer: str = "", subject: str = "", sid: str = ""
) -> list[IssuerSession]:
    """Sessions that rest on a sign-in at an issuer: those that fit all that is named."""
    query = select(issuer_sessions)
    for column, value in (
        (issuer_sessions.c.person_id, person_id),
        (issuer_sessions.c.issuer, issuer),
        (issuer_sessions.c.subject, subject),
        (issuer_sessions.c.sid, sid),
    ):
        if value:
            query = query.where(column == value)
    return [value_of(IssuerSession, row) for row in connection.execute(query)]


def over(connection: Connection) -> list[str]:
    """The sessions here that are gone."""
    is_there = select(sessions.c.id).where(sessions.c.id == issuer_sessions.c.session_id).exists()
    return list(connection.scalars(select(issuer_sessions.c.session_id).where(~is_there).limit(_AT_ONCE)))


def forget_sessions(connection: Connection, session_ids: list[str]) -> None:
    connection.execute(delete(issuer_sessions).where(issuer_sessions.c.session_id.in_(session_ids)))
