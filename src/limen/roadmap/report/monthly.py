"""Once a month administrators are written to: how far the company is, what changed, and what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from limen.access.notices import origin
from limen.clock import DAY, HOUR, SECOND, Instant, Milliseconds
from limen.facts import Person
from limen.identity.days import begins_at, today
from limen.identity.events import record
from limen.identity.model import ADMINISTRATORS
from limen.identity.store.people import everybody, language_of
from limen.mail import Mails, Message, store as mails
from limen.mail.letter import Address, letter, words_for
from limen.mail.recipients import recipients
from limen.messages import Words
from limen.pillar import Core, Every, Once
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.model import Control
from limen.roadmap.report.month import Month, month_before, month_of
from limen.settings import Settings
from limen.storage import Snapshot, Transaction

LOOK_SECONDS: Final = 3_600.0
FROM_HOUR: Final = 8
"""Not before this hour of the company's day."""
GOOD_FOR: Final[Milliseconds] = 7 * DAY
TOLD: Final = "roadmap.month_told"
PAGE: Final = "/console/roadmap"
_KNOWN_MAILS: Final = 5_000
"""So many of the newest mails are looked through, beside the journal, for whether the month was told."""


@dataclass(frozen=True, slots=True)
class MonthlyLetters:
    """Looks every hour, at the one worker that leads, whether the month before has still to be told."""

    core: Core

    @property
    def every(self) -> Every:
        return Every("write about the month's roadmap", LOOK_SECONDS, self.tell, Once.IN_ALL)

    async def tell(self) -> int:
        """Queue the letters, unless they were; how many. Raises StorageError."""
        core, now = self.core, self.core.clock.now()
        if datetime.fromtimestamp(now / SECOND, core.settings.zone).hour < FROM_HOUR:
            return 0
        since, until = month_before(today(core.settings, now))
        due = await asyncio.to_thread(core.database.read, lambda snapshot: self._due(snapshot, since, until, now))
        if due is None or await asyncio.to_thread(self._is_journaled, since, until):
            return 0
        return await core.write(lambda transaction: self._tell(transaction, since, until, now))

    def _is_journaled(self, since: date, until: date) -> bool:
        """Also where the queue has forgotten its letters."""
        said = self.core.journal.reader.of_kind(TOLD, begins_at(self.core.settings, until))
        return any(one.details.get("month") == about(since) for one in said)

    def _due(self, snapshot: Snapshot, since: date, until: date, now: Instant) -> _Due | None:
        """What has to be told to whom; None where nothing has, or it was."""
        connection = snapshot.connection
        if any(one.about == about(since) for one in mails.recent(connection, _KNOWN_MAILS)):
            return None
        owners = recipients(ADMINISTRATORS, everybody(connection))
        days, excepted = store.days_since(connection, since), store.exceptions(connection)
        month = month_of(days, since, until, excepted, now, CONTROLS)
        return _Due(month, tuple(owners)) if month is not None and owners else None

    def _tell(self, transaction: Transaction, since: date, until: date, now: Instant) -> int:
        """Looked at again in the transaction: of two workers that lead for a moment, one writes."""
        due = self._due(transaction, since, until, now)
        if due is None:
            return 0
        queue, name = Mails(self.core.keyring), about(since)
        for person in due.owners:
            language = language_of(transaction.connection, person.id)
            message = letter_of(due.month, person, self.core.settings, language)
            queue.put(transaction, message, person_id=person.id, about=name, now=now, until=now + GOOD_FOR)
        record(transaction, now, TOLD, {"month": name, "letters": len(due.owners)})
        return len(due.owners)


@dataclass(frozen=True, slots=True)
class _Due:
    month: Month
    owners: tuple[Person, ...]


def about(since: date) -> str:
    """What the letters of a month are about."""
    return f"roadmap-{since:%Y-%m}"


def letter_of(month: Month, person: Person, settings: Settings, language: str) -> Message:
    """The letter in this language, else in the company's first one. It names nobody but its reader."""
    words = words_for(language, settings)
    since, until = (words.day(begins_at(settings, one) + 12 * HOUR) for one in (month.since, month.until))
    paragraphs: tuple[str | Address, ...] = (
        words.gettext("Hello {name},", name=person.name),
        words.gettext(
            "This is how far {company} came with zero trust from {since} to {until}: {met} of {whole} controls are "
            "met. At the beginning it was {before}.",
            company=settings.name,
            since=since,
            until=until,
            met=month.met,
            whole=month.whole,
            before=month.met_before,
        ),
        *_changes(month, words),
        Address(f"{origin(settings)}{PAGE}"),
        words.gettext("Type this address yourself, or use your bookmark. This email asks for no password or code."),
        settings.name,
    )
    subject = words.gettext(
        "{company}: {met} of {whole} zero trust controls met", company=settings.name, met=month.met, whole=month.whole
    )
    return letter(person.email, subject, paragraphs, words.language)


def _changes(month: Month, words: Words) -> Iterable[str]:
    if month.won:
        yield words.gettext("Now met: {controls}.", controls=_named(month.won, words))
    if month.lost:
        yield words.gettext("No longer met, so look at this first: {controls}.", controls=_named(month.lost, words))
    if not month.won and not month.lost:
        yield words.gettext("Nothing else has changed since then.")
    if month.unknown:
        yield words.ngettext(
            "{count} control can't be measured, because nothing is connected that knows. It counts as not met.",
            "{count} controls can't be measured, because nothing is connected that knows. They count as not met.",
            month.unknown,
        )
    if month.ending:
        yield words.ngettext(
            "{count} exception ends within 30 days.", "{count} exceptions end within 30 days.", month.ending
        )
    if month.next is None:
        yield words.gettext("There is no next step: everything is met.")
    else:
        yield words.gettext("The next step, which removes most risk: {control}.", control=_named([month.next], words))


def _named(controls: Iterable[Control], words: Words) -> str:
    return words.joined(f"{words.gettext(one.title)} ({one.id})" for one in controls)
