"""Owners of flows are written to once for each day on which one of theirs is due: a list, and nothing to press."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from limen.clock import DAY, SECOND, Milliseconds
from limen.facts import Person
from limen.mail import Mails
from limen.mail.letter import letter, words_for
from limen.mail.recipients import recipients
from limen.network.file_changes import way_said
from limen.network.model import Network
from limen.network.reminders import store
from limen.network.reminders.due import Due, due
from limen.pillar import CompanyPeople, Core
from limen.storage import Transaction

GOOD_FOR: Final[Milliseconds] = 7 * DAY
KEPT: Final[Milliseconds] = 800 * DAY
MOST_LISTED: Final = 20
"""Flows in one mail; more are counted."""


class Reminders:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def remind(self) -> None:
        """Write to the owners of what is due and was not told yet."""
        network, now = self._core.known.rules_of(Network), self._core.clock.now()
        today = datetime.fromtimestamp(now / SECOND, self._core.settings.zone).date()
        several = list(due(network, today)) if network is not None else []
        if not several:
            return
        told = await self._core.database.reading(lambda snapshot: store.reminded(snapshot.connection))
        fresh = [one for one in several if (one.flow.id, one.day) not in told]
        if fresh:
            await self._core.write(lambda transaction: self._write(transaction, fresh))

    async def forget(self) -> None:
        """Drop what was told long ago."""
        before = self._core.clock.now() - KEPT
        await self._core.database.writing(lambda transaction: store.forget(transaction.connection, before))

    def _write(self, transaction: Transaction, fresh: Iterable[Due]) -> None:
        now, people = self._core.clock.now(), self._core.offers.take(CompanyPeople)
        everybody = people.all(transaction)
        of_person: dict[str, list[Due]] = defaultdict(list)
        for one in fresh:
            store.keep(transaction.connection, one.flow.id, one.day, now)
            for person in recipients(one.flow.owner, everybody.values()):
                of_person[person.id].append(one)
        for person_id, theirs in sorted(of_person.items()):
            self._mail(transaction, everybody[person_id], theirs, people.language_of(transaction, person_id))

    def _mail(self, transaction: Transaction, to: Person, theirs: list[Due], language: str) -> None:
        words, company, now = words_for(language, self._core.settings), self._core.settings.name, self._core.clock.now()
        lines = [f"{one.day}  {way_said(one.flow.way)} ({one.flow.id})" for one in theirs[:MOST_LISTED]]
        more = [f"+ {len(theirs) - MOST_LISTED}"] if len(theirs) > MOST_LISTED else []
        paragraphs = (
            words.gettext("Hello {name},", name=to.name),
            words.say("mail.flows-due.told", count=str(len(theirs))),
            "\n".join([*lines, *more]),
            words.say("mail.flows-due.then"),
            company,
        )
        subject = words.say("mail.flows-due.subject", company=company)
        message = letter(to.email, subject, paragraphs, words.language)
        until = now + GOOD_FOR
        about = f"flows-{theirs[0].day}"
        Mails(self._core.keyring).put(transaction, message, person_id=to.id, about=about, now=now, until=until)
