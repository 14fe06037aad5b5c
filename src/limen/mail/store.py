"""The queue's table and its queries. Of a mail that has left, or never will, only that it did is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from limen.clock import DAY, Instant, Milliseconds
from limen.storage.tables import metadata, rows_called

KEPT_MS: Milliseconds = 90 * DAY

mails = Table(
    "mails",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("about", String(40), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(30), nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    info=rows_called("mail", "mails"),
)
"""`about` is what the mail is about (a link's id). `sealed` is there only while the mail may still be sent."""
Index("ix_mails_state_next_try_at", mails.c.state, mails.c.next_try_at)

_WITH_LINK = mails.c.about.startswith("l_", autoescape=True)
"""Is it about a one-time link?"""
_SHOWN = [column for column in mails.c if column.name != "sealed"]


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as administrators see it. `problem` is a word: why the last try, or all of it, failed."""

    id: str
    person_id: str
    about: str
    state: MailState
    queued_at: Instant
    expires_at: Instant
    next_try_at: Instant
    tries: int
    problem: str = ""
    done_at: Instant = 0

    @property
    def has_link(self) -> bool:
        return self.about.startswith("l_")


@dataclass(frozen=True, slots=True)
class Due:
    """A mail whose turn it is."""

    mail: Mail
    sealed: bytes


def insert_mail(connection: Connection, mail: Mail, sealed: bytes) -> None:
    values = {column.name: getattr(mail, column.name) for column in _SHOWN}
    connection.execute(insert(mails).values(**values, sealed=sealed))


def take_due(connection: Connection, now: Instant, most: int, again_at: Instant) -> list[Due]:
    """The mails whose turn it is, the oldest first. Nobody else gets them before `again_at`."""
    chosen = select(*_SHOWN, mails.c.sealed).where(mails.c.state == MailState.QUEUED, mails.c.next_try_at <= now)
    rows = connection.execute(chosen.order_by(mails.c.next_try_at, mails.c.queued_at, mails.c.id).limit(most)).all()
    due = [Due(_mail(tuple(row)[:-1]), row.sealed) for row in rows if row.sealed]
    ids = [one.mail.id for one in due]
    connection.execute(update(mails).where(mails.c.id.in_(ids)).values(next_try_at=again_at))
    return due


def is_any_due(connection: Connection, now: Instant) -> bool:
    query = select(mails.c.id).where(mails.c.state == MailState.QUEUED, mails.c.next_try_at <= now).limit(1)
    return connection.scalar(query) is not None


def try_later(connection: Connection, mail_id: str, tries: int, at: Instant, problem: str) -> None:
    where = (mails.c.id == mail_id, mails.c.state == MailState.QUEUED)
    connection.execute(update(mails).where(*where).values(tries=tries, next_try_at=at, problem=problem))


def finish(connection: Connection, mail_id: str, state: MailState, tries: int, now: Instant, problem: str) -> bool:
    """Write down how it ended, and erase what was written. False where it had ended already."""
    where = (mails.c.id == mail_id, mails.c.state == MailState.QUEUED)
    values = {"state": state, "tries": tries, "done_at": now, "problem": problem, "sealed": None}
    return bool(connection.execute(update(mails).where(*where).values(**values)).rowcount)


def drop(connection: Connection, now: Instant, problem: str, *, person_id: str = "", about: str = "") -> int:
    """What is still queued about a thing, or with any link of a person, is not sent any more. Returns how many.

    What tells a person what happened goes out all the same, or whoever did it could keep it quiet.
    """
    of_person = and_(mails.c.person_id == person_id, _WITH_LINK)
    where = (mails.c.about == about if about else of_person, mails.c.state == MailState.QUEUED)
    values = {"state": MailState.FAILED, "done_at": now, "problem": problem, "sealed": None}
    return int(connection.execute(update(mails).where(*where).values(**values)).rowcount)


def drop_all(connection: Connection, now: Instant, problem: str) -> int:
    """Nothing that waits is sent any more, also in a database from before there were mails. Returns how many."""
    if not inspect(connection).has_table(mails.name):
        return 0
    values = {"state": MailState.FAILED, "done_at": now, "problem": problem, "sealed": None}
    return int(connection.execute(update(mails).where(mails.c.state == MailState.QUEUED).values(**values)).rowcount)


def hurry(connection: Connection, now: Instant) -> int:
    """Whatever waits for a later try is tried now."""
    where = (mails.c.state == MailState.QUEUED, mails.c.next_try_at > now)
    return int(connection.execute(update(mails).where(*where).values(next_try_at=now)).rowcount)


def recent(connection: Connection, most: int, state: str = "") -> list[Mail]:
    """The newest mails, of one state if that is named, the newest first."""
    query = select(*_SHOWN).order_by(mails.c.queued_at.desc(), mails.c.id).limit(most)
    if state:
        query = query.where(mails.c.state == state)
    return [_mail(tuple(row)) for row in connection.execute(query)]


def last_of(connection: Connection, person_id: str) -> Mail | None:
    """The newest mail with a link for this person."""
    query = (
        select(*_SHOWN).where(mails.c.person_id == person_id, _WITH_LINK).order_by(mails.c.queued_at.desc(), mails.c.id)
    )
    row = connection.execute(query.limit(1)).first()
    return _mail(tuple(row)) if row else None


def known(connection: Connection, mail_ids: Iterable[str]) -> set[str]:
    """Which of these mails the queue still knows."""
    wanted = set(mail_ids)
    return {mail_id for mail_id in connection.scalars(select(mails.c.id)) if mail_id in wanted}


def counted(connection: Connection) -> dict[str, int]:
    """How many mails are in each state."""
    rows = connection.execute(select(mails.c.state, func.count()).group_by(mails.c.state))
    return {str(state): number for state, number in rows}


def purge(connection: Connection, now: Instant, kept_ms: Milliseconds = KEPT_MS) -> None:
    connection.execute(delete(mails).where(mails.c.queued_at < now - kept_ms))


def _mail(row: tuple[object, ...]) -> Mail:
    id_, person, about, state, *rest = row
    return Mail(id_, person, about, MailState(str(state)), *rest)  # type: ignore[arg-type]
