from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from limen.events import Event
from limen.storage import Database
from limen.storage.journal import Journal
from limen.storage.journal.relay import Relay, drop_what_is_written
from limen.storage.journal.writer import Ticket
from limen.storage.tables import outbox

SAID = Event(at=5, kind="session.revoked")


class Submitted:
    """Takes events as the writer would; refuses while `refuses`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.refuses = False

    def __call__(self, events: list[Event]) -> Ticket:
        ticket = Ticket(events)
        if self.refuses:
            ticket.finish(is_durable=False)
        else:
            self.batches.append([event.id for event in events])
            ticket.finish(is_durable=True)
        return ticket


@pytest.fixture
def submitted() -> Submitted:
    return Submitted()


@pytest.fixture
def relay(database: Database, submitted: Submitted) -> Iterator[Relay]:
    relay = Relay(database, submitted, lambda _ids: set(), lambda: None)
    yield relay
    relay.stop()


def rows(database: Database) -> int:
    return database.read(lambda s: s.connection.exec_driver_sql("select count(*) from outbox").scalar_one())


def test_what_was_said_is_submitted_in_order_and_then_leaves_the_outbox(
    database: Database, relay: Relay, submitted: Submitted
) -> None:
    relay.start()
    said = [database.write(lambda t: t.say(SAID)).id for _ in range(5)]
    assert relay.wait_for(database.said_seq, 60)
    relay.stop()
    assert [each for batch in submitted.batches for each in batch] == said
    assert rows(database) == 0
    assert relay.is_clear


def test_what_the_journal_refused_stays_and_is_sent_again(
    database: Database, relay: Relay, submitted: Submitted
) -> None:
    submitted.refuses = True
    relay.start()
    database.write(lambda t: t.say(SAID))
    assert not relay.wait_for(database.said_seq, 0.2)
    assert rows(database) == 1
    submitted.refuses = False
    assert relay.wait_for(database.said_seq, 60)


def test_what_the_journal_holds_already_is_not_sent_again(database: Database, submitted: Submitted) -> None:
    held, fresh = database.write(lambda t: [t.say(SAID).id, t.say(SAID).id])
    relay = Relay(database, submitted, lambda ids: {held} & set(ids), lambda: None)
    relay.start()
    relay.stop()
    assert submitted.batches == [[fresh]]
    assert relay.resent == 1
    assert rows(database) == 0


def test_it_is_not_clear_while_rows_it_has_written_still_stand(database: Database, submitted: Submitted) -> None:
    seen: list[bool] = []
    relay = Relay(
        database, lambda events: [seen.append(relay.is_clear), submitted(events)][1], lambda _ids: set(), lambda: None
    )
    database.write(lambda t: t.say(SAID))
    relay.start()
    relay.stop()
    assert seen == [False]
    assert relay.is_clear


def test_what_another_process_said_is_found_without_being_told(
    database: Database, relay: Relay, submitted: Submitted, where: str
) -> None:
    relay.start()
    other = Database.open(where)
    said = other.write(lambda t: t.say(SAID))
    done = threading.Event()
    threading.Thread(target=lambda: relay.wait_for(other.said_seq, 60) and done.set()).start()
    assert done.wait(60)
    assert submitted.batches == [[said.id]]
    other.close()


def test_only_what_the_journal_holds_leaves_the_outbox(tmp_path: Path, where: str) -> None:
    journal = Journal.open(tmp_path / "journal", (b"k" * 32,))
    held = journal.record(Event(at=1, kind="limen.started"))
    journal.close()
    database = Database.open(where)
    database.write(lambda t: t.say(Event(id=held, at=1, kind="limen.started")))
    new = database.write(lambda t: t.say(Event(at=1_800_000_000_000, kind="limen.stopped")))
    assert database.write(lambda t: drop_what_is_written(t, journal.reader)) == 1
    assert database.read(lambda s: s.connection.execute(select(outbox.c.id)).scalars().all()) == [new.id]
    database.close()
