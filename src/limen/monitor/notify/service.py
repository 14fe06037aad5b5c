"""Notices, put together: what is due goes out, what fails is tried again, and what nobody takes is told to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.clock import DAY, HOUR, MINUTE, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.mail import Mails
from limen.mail.letter import Address as Link, letter, words_for
from limen.messages import Words
from limen.monitor.alerts import store as alerts
from limen.monitor.alerts.model import is_at_least
from limen.monitor.detections.hit import Level
from limen.monitor.notify import addresses, content, store
from limen.monitor.notify.channels import Deliver, NotDeliveredError
from limen.monitor.notify.content import Notice
from limen.monitor.notify.queueing import Queueing
from limen.monitor.notify.rules import Channel, Kind, NotifyRules
from limen.monitor.notify.store import CASE, FAILED, REQUEST, SENT, SPARED, TEST, Queued
from limen.pillar import Core, WaitingRequests
from limen.storage import Snapshot, Transaction

AT_ONCE: Final = 10
PAUSES: Final[tuple[Milliseconds, ...]] = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR)
KEPT: Final = 30 * DAY


class NoSuchChannelError(LimenError):
    def __init__(self) -> None:
        super().__init__("monitor.yaml has no such channel", "add it below `notify:`, and publish")


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """A channel as it is listed: whether its address is known, and what was wrong with its newest notice."""

    name: str
    channel: Channel
    is_set: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Notices:
    """Used on the event loop."""

    core: Core
    rules: Callable[[], NotifyRules]
    queueing: Queueing
    deliver: Deliver

    # What people do

    async def channels(self) -> list[ListedChannel]:
        """Those of `monitor.yaml`."""

        def work(snapshot: Snapshot) -> tuple[dict[str, Instant], dict[str, str]]:
            return store.channels(snapshot.connection), store.last_problems(snapshot.connection)

        held, problems = await self.core.database.reading(work)
        return [
            ListedChannel(name, one, one.kind is Kind.MAIL or name in held, problems.get(name, ""))
            for name, one in self.rules().channels.items()
        ]

    async def set_address(self, name: str, written: str, *, by: str) -> str:
        """Returns the secret of a webhook, to be shown once. Raises NoSuchChannelError, ChannelAddressError."""
        channel = self._channel(name)
        now, keyring = self.core.clock.now(), self.core.keyring
        return await self.core.write(lambda t: addresses.keep(t, keyring, name, channel.kind, written, now, by=by))

    async def try_out(self, name: str) -> str:
        """Send a test. Returns what is wrong, "" where it went out. Raises NoSuchChannelError."""
        self._channel(name)
        now = self.core.clock.now()
        notice = await self.core.write(lambda t: self.queueing.try_out(t, name, now))
        return await self._send(notice)

    # As time passes

    async def send_due(self) -> int:
        """Send what is due. Returns how many were tried."""
        now = self.core.clock.now()
        due = await self.core.database.reading(lambda snapshot: store.due(snapshot.connection, now, AT_ONCE))
        for one in due:
            await self._send(one)
        return len(due)

    async def escalate(self) -> None:
        """Tell others of cases that nobody takes."""
        if not any(one.after_ms for one in self.rules().channels.values()):
            return
        now = self.core.clock.now()
        cases = await self.core.database.reading(lambda snapshot: alerts.open_cases(snapshot.connection))
        if cases:
            await self.core.write(lambda t: self.queueing.escalate(t, cases, now))

    async def forget(self) -> None:
        before = self.core.clock.now() - KEPT
        await self.core.write(lambda t: store.forget(t.connection, before))

    # Inside

    def _channel(self, name: str) -> Channel:
        channel = self.rules().channels.get(name)
        if channel is None:
            raise NoSuchChannelError
        return channel

    async def _send(self, one: Queued) -> str:
        """Returns what is wrong, "" where it went out."""
        now, channel = self.core.clock.now(), self.rules().channels.get(one.channel)
        if channel is None or now >= one.expires_at:
            word = "expired" if channel is not None else "no such channel"
            await self._finish(one, FAILED, word)
            return word
        notice = await self._composed(one, channel)
        try:
            if notice is not None:  # else it was closed before anybody had to be called
                await self._send_by(one, channel, notice, now)
        except NotDeliveredError as error:
            await self._failed(one, error.word, now)
            return error.word
        await self._finish(one, SENT, "")
        return ""

    async def _send_by(self, one: Queued, channel: Channel, notice: Notice, now: Instant) -> None:
        """Raises NotDeliveredError."""
        if channel.kind is Kind.MAIL:
            await self._by_mail(one, channel, notice, now)
            return
        row = await self.core.database.reading(lambda snapshot: store.channel(snapshot.connection, one.channel))
        address = addresses.opened(self.core.keyring, row)
        if address is None:
            raise NotDeliveredError("its address is not set")
        await self.deliver(channel.kind, address, notice, one.id, now)

    async def _composed(self, one: Queued, channel: Channel) -> Notice | None:
        """What it says by now; None where there is nothing to tell any more."""
        words, origin = self._words(), self._origin()
        if one.sort == TEST:
            title = words.gettext("This is a test")
            return Notice(one.id, Level.LOW, title, (words.gettext("Notices about alerts arrive here."),), origin)

        def work(snapshot: Snapshot) -> Notice | None:
            if one.sort == REQUEST:
                requests = self.core.offers.find(WaitingRequests)
                waiting = requests.find(snapshot, one.case_id) if requests is not None else None
                return content.of_request(waiting, one.case_id, words, origin) if waiting is not None else None
            if one.sort in {CASE, SPARED}:
                case = alerts.case(snapshot.connection, one.case_id)
                several = [each for each in alerts.alerts_of(snapshot.connection, one.case_id) if each.is_open]
                if case is None or not several:
                    return None
                notice = content.of_case(case, several, self.core.known, words, origin)
                return content.spared(notice, words) if one.sort == SPARED else notice
            cases = [
                each
                for each in alerts.open_cases(snapshot.connection)
                if is_at_least(each.level, channel.at_level) and each.last_at >= one.queued_at - HOUR
            ]
            return content.digest(cases, words, origin) if cases else None

        return await self.core.database.reading(work)

    async def _by_mail(self, one: Queued, channel: Channel, notice: Notice, now: Instant) -> None:
        words, company = self._words(), self.core.settings.name
        mails = Mails(self.core.keyring)
        paragraphs: tuple[str | Link, ...] = (*notice.lines, Link(notice.link), company)
        messages = [letter(to, f"{company}: {notice.title}", paragraphs, words.language) for to in channel.to]

        def work(transaction: Transaction) -> None:
            for message in messages:
                mails.put(transaction, message, person_id="", about=one.id, now=now, until=one.expires_at)

        await self.core.write(work)

    async def _failed(self, one: Queued, word: str, now: Instant) -> None:
        tries = one.tries + 1
        at = now + PAUSES[min(tries, len(PAUSES)) - 1]
        if one.sort == TEST or tries > len(PAUSES) or at >= one.expires_at:
            await self._finish(one, FAILED, word)
            return
        await self.core.write(lambda t: store.try_later(t.connection, one.id, tries, at, word))

    async def _finish(self, one: Queued, state: str, problem: str) -> None:
        now = self.core.clock.now()

        def work(transaction: Transaction) -> None:
            store.finish(transaction.connection, one.id, state, one.tries + 1, now, problem)
            if state == FAILED and one.sort != TEST:
                details: dict[str, str | int | bool] = {"channel": one.channel}
                transaction.say(
                    Event(at=now, kind="notify.failed", outcome=Outcome.FAILURE, reason=problem[:60], details=details)
                )

        await self.core.write(work)

    def _words(self) -> Words:
        return words_for("", self.core.settings)

    def _origin(self) -> str:
        url = urlsplit(self.core.settings.public_url)
        return f"{url.scheme}://{url.netloc}"
