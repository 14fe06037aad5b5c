"""The sender over a real queue: again and again, then no more; and what is left of it."""

from __future__ import annotations

from email.message import EmailMessage

import msgspec
import pytest
from sqlalchemy import select
from tests.mail.conftest import HELLO

from limen.clock import DAY, HOUR, MINUTE, SetClock
from limen.events import Event
from limen.mail import Mails, Sender, store
from limen.mail.sender import PAUSES
from limen.mail.transports import NotSentError
from limen.storage.database import Database
from limen.storage.tables import outbox


class Fake:
    """A transport that fails as often as it is told to."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.fails: NotSentError | None = None

    async def send(self, mail_id: str, mail: EmailMessage) -> None:
        if self.fails:
            raise self.fails
        self.sent.append(mail)


@pytest.fixture
def transport() -> Fake:
    return Fake()


@pytest.fixture
def sender(database: Database, mails: Mails, clock: SetClock, transport: Fake) -> Sender:
    return Sender(database, mails, transport, clock, "limen@harbor.example", "Harbor", gap_seconds=0)


def put(sender: Sender, good_for: int = 7 * DAY) -> None:
    now = sender.clock.now()
    sender.database.write(
        lambda tx: sender.mails.put(tx, HELLO, person_id="p_1", about="l_1", now=now, until=now + good_for)
    )


def newest(sender: Sender) -> store.Mail:
    return sender.database.read(lambda snapshot: store.recent(snapshot.connection, 1))[0]


def said(sender: Sender) -> list[Event]:
    rows = sender.database.read(lambda s: s.connection.execute(select(outbox.c.event)).scalars().all())
    return [msgspec.json.decode(row, type=Event) for row in rows]


async def test_a_mail_is_sent_once_and_erased(sender: Sender, transport: Fake) -> None:
    put(sender)
    assert [await sender.send_due(), await sender.send_due()] == [1, 0]
    assert [mail["To"] for mail in transport.sent] == ["eve@harbor.example"]
    assert newest(sender).state == "sent"
    (event,) = said(sender)
    assert (event.kind, event.subject, "secret" in repr(event)) == ("mail.sent", "p_1", False)


async def test_a_failing_mail_is_tried_again_later_and_not_for_ever(
    sender: Sender, transport: Fake, clock: SetClock
) -> None:
    transport.fails = NotSentError("no-connection")
    put(sender)
    for number, pause in enumerate(PAUSES, 1):
        assert await sender.send_due() == 1
        waiting = newest(sender)
        assert (waiting.tries, waiting.problem, waiting.next_try_at - clock.now()) == (number, "no-connection", pause)
        assert await sender.send_due() == 0
        clock.forward(pause)
    assert await sender.send_due() == 1
    assert (newest(sender).state, newest(sender).problem) == ("failed", "no-connection")
    assert said(sender)[-1].reason == "no-connection"


async def test_it_goes_out_when_the_server_is_back(sender: Sender, transport: Fake, clock: SetClock) -> None:
    transport.fails = NotSentError("no-connection")
    put(sender)
    await sender.send_due()
    transport.fails = None
    clock.forward(MINUTE)
    await sender.send_due()
    assert newest(sender).state == "sent"


async def test_what_can_not_help_is_not_tried_again(sender: Sender, transport: Fake) -> None:
    transport.fails = NotSentError("recipient-refused", is_final=True)
    put(sender)
    await sender.send_due()
    assert newest(sender).state == "failed"


async def test_a_mail_past_its_end_is_not_sent(sender: Sender, transport: Fake, clock: SetClock) -> None:
    put(sender, good_for=HOUR)
    clock.forward(HOUR)
    await sender.send_due()
    assert (transport.sent, newest(sender).problem) == ([], "expired")


async def test_a_mail_that_somebody_altered_is_not_sent(sender: Sender, transport: Fake) -> None:
    put(sender)
    sender.database.write(lambda tx: tx.connection.execute(store.mails.update().values(sealed=b"x" * 60)))
    await sender.send_due()
    assert (transport.sent, newest(sender).problem) == ([], "unreadable")


async def test_a_running_sender_is_woken_by_what_commits(sender: Sender, transport: Fake) -> None:
    import asyncio

    sender.start()
    put(sender)
    sender.database.write(lambda tx: tx.changed("person", "p_1"))
    async with asyncio.timeout(60):
        while not transport.sent:  # noqa: ASYNC110 -- the transport is a plain list
            await asyncio.sleep(0.01)
    await sender.stop()
