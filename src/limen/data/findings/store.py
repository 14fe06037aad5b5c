"""What is kept of findings beside their events: what was made of them, exceptions, and reasons. Callers hold the
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Index, LargeBinary, String, Table, Text, delete, select, update

from limen.clock import APART, Instant
from limen.data.findings.model import DocumentException, State, Triage
from limen.data.links import kept_links
from limen.storage.tables import metadata, rows_called

data_triage = Table(
    "data_triage",
    metadata,
    Column("event", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("assigned_to", String(40), nullable=False),
    Column("decided_by", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
)
data_exceptions = Table(
    "data_exceptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("app", String(64), nullable=False),
    Column("event", String(64), nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_data_exceptions_event", "event"),
    info=rows_called("document that may pass", "documents that may pass"),
)
"""`person_id` is "" where everybody may."""
data_reasons = Table(
    "data_reasons",
    metadata,
    Column("event", String(64), primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    info=rows_called("reason why a document passed", "reasons why documents passed"),
)
"""Why something may pass, in the person's words: never in an event, which outlasts them."""
TABLES: Final = (data_triage, data_exceptions, data_reasons)
_AT_ONCE: Final = 500


def triage_of(connection: Connection, events: Collection[str]) -> dict[str, Triage]:
    """What was made of these findings; what nobody looked at is left out."""
    found = {}
    for some in _portions(events):
        rows = connection.execute(select(data_triage).where(data_triage.c.event.in_(some)))
        for one in rows:
            found[one.event] = Triage(State(one.state), one.assigned_to, one.decided_by, one.at)
    return found


def in_state(connection: Connection, state: State, most: int) -> list[str]:
    """The events of the newest findings in this state, which is not `open`."""
    chosen = select(data_triage.c.event).where(data_triage.c.state == state.value)
    return list(connection.scalars(chosen.order_by(data_triage.c.event.desc()).limit(most)))


def decided(connection: Connection, most: int) -> set[str]:
    """The events of the newest findings that are not open any more."""
    chosen = select(data_triage.c.event).where(data_triage.c.state != State.OPEN.value)
    return set(connection.scalars(chosen.order_by(data_triage.c.event.desc()).limit(most)))


def keep_triage(connection: Connection, event: str, triage: Triage) -> None:
    values = {
        "state": triage.state.value,
        "assigned_to": triage.assigned_to,
        "decided_by": triage.decided_by,
        "at": triage.at,
    }
    done = connection.execute(update(data_triage).where(data_triage.c.event == event).values(**values))
    if done.rowcount == 0:
        connection.execute(data_triage.insert().values(event=event, **values))


def reasons_of(connection: Connection, events: Collection[str]) -> dict[str, str]:
    """What people gave as their reasons, by event."""
    found = {}
    for some in _portions(events):
        for one in connection.execute(select(data_reasons).where(data_reasons.c.event.in_(some))):
            found[one.event] = one.text
    return found


def keep_reason(connection: Connection, event: str, person_id: str, text: str, now: Instant) -> None:
    connection.execute(data_reasons.insert().values(event=event, person_id=person_id, text=text, at=now))


def exceptions(connection: Connection, now: Instant, person_id: str | None = None) -> list[DocumentException]:
    """Those that count now, of one person or of all; the one that ends first comes first."""
    chosen = select(data_exceptions).where(data_exceptions.c.until > now).order_by(data_exceptions.c.until)
    if person_id is not None:
        chosen = chosen.where(data_exceptions.c.person_id == person_id)
    return [_exception(one) for one in connection.execute(chosen)]


def exceptions_of(connection: Connection, events: Collection[str]) -> list[DocumentException]:
    """Those that came of these findings."""
    chosen = select(data_exceptions).where(data_exceptions.c.event.in_(list(events)))
    return [_exception(one) for one in connection.execute(chosen)]


def add_exception(connection: Connection, one: DocumentException) -> None:
    connection.execute(
        data_exceptions.insert().values(
            id=one.id, digest=one.digest, person_id=one.person_id, app=one.app, event=one.event, until=one.until
        )
    )


def widen(connection: Connection, exception_id: str, until: Instant) -> None:
    """From now on for everybody."""
    connection.execute(
        update(data_exceptions).where(data_exceptions.c.id == exception_id).values(person_id="", until=until)
    )


def end_exceptions(connection: Connection, ids: Collection[str], now: Instant) -> None:
    """From now on they count no more, by any clock, and links that passed by them are judged anew; that they were there
    is kept, by which `confirmed` knows their documents.
    """
    ended = (data_exceptions.c.id.in_(list(ids)), data_exceptions.c.until > now)
    of = select(data_exceptions.c.app, data_exceptions.c.digest).where(*ended)
    kept_links.judge_documents_again(connection, [(row.app, row.digest) for row in connection.execute(of)])
    connection.execute(update(data_exceptions).where(*ended).values(until=now - APART))


def confirmed(connection: Connection, app: str, digests: Collection[bytes]) -> set[bytes]:
    """Those of these documents that somebody excepted, and somebody decided are sensitive."""
    chosen = (
        select(data_exceptions.c.digest)
        .join(data_triage, data_triage.c.event == data_exceptions.c.event)
        .where(data_triage.c.state == State.CONFIRMED.value, data_exceptions.c.app == app)
        .where(data_exceptions.c.digest.in_(list(digests)))
    )
    return set(connection.scalars(chosen))


def forget(connection: Connection, before: Instant) -> None:
    """Drop exceptions that ended, and what was said and made of findings, before this instant."""
    connection.execute(delete(data_exceptions).where(data_exceptions.c.until < before))
    connection.execute(delete(data_reasons).where(data_reasons.c.at < before))
    connection.execute(delete(data_triage).where(data_triage.c.at < before))


def _exception(row: object) -> DocumentException:
    return DocumentException(row.id, row.digest, row.person_id, row.app, row.event, row.until)  # type: ignore[attr-defined]


def _portions(events: Collection[str]) -> Iterable[list[str]]:
    every = list(events)
    for at in range(0, len(every), _AT_ONCE):
        yield every[at : at + _AT_ONCE]
