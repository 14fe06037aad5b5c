"""Sends what is queued: a few at a time, again after longer and longer pauses, and not for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec

from limen.clock import HOUR, MINUTE, Clock, Instant, Milliseconds
from limen.events import Event
from limen.events.event import Outcome
from limen.mail import store
from limen.mail.message import as_mail
from limen.mail.queue import Mails
from limen.mail.store import Due, MailState
from limen.mail.transports import ONE_MAIL_SECONDS, NotSentError, Transport
from limen.storage.database import Database, Transaction
from limen.storage.errors import SealBrokenError

BATCH: Final = 10
PAUSES: Final[tuple[Milliseconds, ...]] = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)
"""How long to wait after each try that failed; after the last one the mail has failed."""
POLL_SECONDS: Final = 2.0
"""How often to look for what another process queued; what this one queued wakes the sender."""
LOOK_SECONDS: Final = 0.1
"""How long it waits once it is woken: it is woken by all that is written, which may be much at once."""
GAP_SECONDS: Final = 0.5
"""Between two mails: no more than 120 a minute, which mail servers of small companies bear."""
_CLAIM_MS: Final[Milliseconds] = int(BATCH * (ONE_MAIL_SECONDS + GAP_SECONDS) * 1000) + MINUTE

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sender:
    """Sends queued mail while `is_ours`: of all workers one does. `sender` is the address that mails come from,
    `company` the name beside it.
    """

    database: Database
    mails: Mails
    transport: Transport
    clock: Clock
    sender: str
    company: str
    gap_seconds: float = GAP_SECONDS
    is_ours: Callable[[], bool] = lambda: True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None
    _stop_watching: Callable[[], None] = field(default=lambda: None)

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._wake.set)

        self._stop_watching = self.database.watch(wake)
        self._running = asyncio.create_task(self._run(), name="mail")

    async def stop(self) -> None:
        """What was claimed and not sent is sent after the next start."""
        self._stop_watching()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                while self.is_ours() and await self.send_due():
                    pass
            except Exception:  # noqa: BLE001 -- whatever went wrong, the next look comes
                _log.exception("the mail queue could not be processed; the next attempt is in %s s", POLL_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
                    await asyncio.sleep(LOOK_SECONDS)
            self._wake.clear()

    async def send_due(self) -> int:
        """Send what is due, a batch at most. Returns how many were tried."""
        now = self.clock.now()
        if not await self.database.reading(lambda snapshot: store.is_any_due(snapshot.connection, now)):
            return 0
        due = await self.database.writing(
            lambda transaction: store.take_due(transaction.connection, now, BATCH, now + _CLAIM_MS)
        )
        for number, one in enumerate(due):
            if number:
                await asyncio.sleep(self.gap_seconds)
            await self._send(one)
        return len(due)

    async def _send(self, due: Due) -> None:
        now, tries = self.clock.now(), due.mail.tries + 1
        try:
            if now >= due.mail.expires_at:
                raise NotSentError("expired", is_final=True)  # noqa: TRY301 -- one place says how it ended
            mail_id = due.mail.id
            message = self.mails.opened(due)
            mail = as_mail(message, mail_id=mail_id, sender=self.sender, company=self.company, at=now)
            await self.transport.send(mail_id, mail)
        except NotSentError as why:
            await self._failed(due, tries, why)
        except (SealBrokenError, msgspec.MsgspecError, ValueError):
            await self._failed(due, tries, NotSentError("unreadable", is_final=True))
        else:
            await self._end(due, tries, MailState.SENT)

    async def _failed(self, due: Due, tries: int, why: NotSentError) -> None:
        now = self.clock.now()
        next_at: Instant = now + PAUSES[min(tries, len(PAUSES)) - 1]
        if why.is_final or tries > len(PAUSES) or next_at >= due.mail.expires_at:
            await self._end(due, tries, MailState.FAILED, why.word)
        else:
            await self.database.writing(
                lambda transaction: store.try_later(transaction.connection, due.mail.id, tries, next_at, why.word)
            )

    async def _end(self, due: Due, tries: int, state: MailState, problem: str = "") -> None:
        now, is_sent = self.clock.now(), state is MailState.SENT

        def work(transaction: Transaction) -> None:
            if store.finish(transaction.connection, due.mail.id, state, tries, now, problem):
                transaction.say(
                    Event(
                        at=now,
                        kind="mail.sent" if is_sent else "mail.failed",
                        outcome=Outcome.SUCCESS if is_sent else Outcome.FAILURE,
                        subject=due.mail.person_id,
                        reason=problem,
                        details={"mail": due.mail.id, "about": due.mail.about, "tries": tries},
                    )
                )
            store.purge(transaction.connection, now)

        await self.database.writing(work)
