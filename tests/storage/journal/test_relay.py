from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from limen.events import Event
from limen.storage import Database
from limen.storage.journal import Journal, relay as module
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
    assert relay.wait_for(database.said_seq, 10)
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
    assert relay.wait_for(database.said_seq, 10)


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


def test_a_row_stays_until_another_node_has_its_event(database: Database, submitted: Submitted) -> None:
    reach, copied = [3], [2]
    relay = Relay(database, submitted, lambda _ids: set(), lambda: None, lambda: reach[0])
    relay.copied = lambda: copied[0]
    relay.start()
    database.write(lambda t: t.say(SAID))
    assert relay.wait_for(database.said_seq, 10)  # it is durable here, and nobody waits for the other
    assert (rows(database), relay.waiting_for_a_copy, relay.is_clear) == (1, 1, True)
    copied[0] = 3
    relay.wake()
    relay.stop()
    relay._carry()
    assert (rows(database), relay.waiting_for_a_copy) == (0, 0)
    assert len(submitted.batches) == 1


def test_no_more_rows_wait_for_another_node_than_may(
    database: Database, submitted: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_MOST", 2)
    relay = Relay(database, submitted, lambda _ids: set(), lambda: None, lambda: 9)
    relay.copied = lambda: 0
    for _ in range(5):
        database.write(lambda t: t.say(SAID))
    relay._carry()
    assert (rows(database), relay.waiting_for_a_copy) == (2, 2)
    monkeypatch.setattr(module, "HELD_SECONDS", -1.0)
    relay._carry()
    assert rows(database) == 0
    relay.stop_watching()


def test_each_worker_carries_what_it_said_and_one_of_them_what_nobody_would(database: Database, where: str) -> None:
    other = Database.open(where)
    database.said_by, other.said_by = "w1", "w2"
    mine, theirs = Submitted(), Submitted()
    living = ["w1", "w2"]
    leads = Relay(database, mine, lambda _ids: set(), lambda: None, others=lambda: living)
    follows = Relay(other, theirs, lambda _ids: set(), lambda: None, others=lambda: living)
    first, second = database.write(lambda t: t.say(SAID)).id, other.write(lambda t: t.say(SAID)).id
    for relay in (leads, follows):
        relay._carry()
        relay._carry_what_is_left()
    assert (mine.batches, theirs.batches) == ([[first]], [[second]])
    left = other.write(lambda t: t.say(SAID)).id
    living.remove("w2")
    leads._carry_what_is_left()
    assert mine.batches[1:] == [[left]]
    leads._carry()
    follows._carry()
    assert follows.wait_for(other.said_seq, 0)  # nobody waits here for what another took over
    assert theirs.batches[1:] == []
    assert rows(database) == 0
    for relay in (leads, follows):
        relay.stop_watching()
    other.close()


def test_what_a_program_without_a_chain_said_is_carried_though_it_is_a_registered_worker(
    database: Database, submitted: Submitted
) -> None:
    said = database.write(lambda t: t.say(SAID)).id
    database.said_by = "w1"
    relay = Relay(database, submitted, lambda _ids: set(), lambda: None, others=lambda: ["w2", ""])
    relay._carry_what_is_left()
    assert submitted.batches == [[said]]
    relay.stop_watching()


def test_whatever_goes_wrong_once_it_goes_on(
    database: Database, submitted: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    went = iter([FileNotFoundError("a segment was sealed while it was looked through")])

    def holds(_ids: list[str]) -> set[str]:
        for error in went:
            raise error
        return set()

    relay = Relay(database, submitted, holds, lambda: None)
    relay.start()
    database.said_by = "gone"
    said = database.write(lambda t: t.say(SAID)).id
    database.said_by = ""
    for _ in range(1_000):
        if submitted.batches:
            break
        threading.Event().wait(0.01)
    relay.stop()
    assert submitted.batches == [[said]]


def test_what_a_lost_worker_wrote_and_is_copied_here_is_not_written_again(
    database: Database, submitted: Submitted
) -> None:
    database.said_by = "gone"
    held, lost = database.write(lambda t: [t.say(SAID).id, t.say(SAID).id])
    database.said_by = "w1"
    relay = Relay(database, submitted, lambda ids: {held} & set(ids), lambda: None)
    relay._carry_what_is_left()
    assert submitted.batches == [[lost]]
    relay.stop_watching()


def test_what_another_process_said_is_found_without_being_told(
    database: Database, relay: Relay, submitted: Submitted, where: str
) -> None:
    relay.start()
    other = Database.open(where)
    said = other.write(lambda t: t.say(SAID))
    done = threading.Event()
    threading.Thread(target=lambda: relay.wait_for(other.said_seq, 10) and done.set()).start()
    assert done.wait(10)
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
