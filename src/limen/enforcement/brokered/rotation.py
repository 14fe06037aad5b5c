"""Owners are reminded that the secret of a shared account is due to be changed: once it is, and each month after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.enforcement.brokered import store
from limen.enforcement.brokered.store import Stored
from limen.events import Event
from limen.facts import App, BrokeredAccount, Person
from limen.mail import Mails
from limen.mail.letter import letter, words_for
from limen.mail.recipients import recipients
from limen.pillar import CompanyPeople, Core
from limen.storage import Transaction

AGAIN_AFTER: Final[Milliseconds] = 30 * DAY
ADMINISTRATORS: Final = "administrators"
GOOD_FOR: Final[Milliseconds] = 7 * DAY


@dataclass(frozen=True, slots=True)
class Account:
    """A brokered account, and its secret as far as it may be known: since when it is here (0: it is not)."""

    app: App
    account: BrokeredAccount
    stored_at: Instant = 0

    @property
    def due_at(self) -> Instant:
        """From when on the secret is to be changed; 0 where there is none."""
        return self.stored_at + self.account.rotate_days * DAY if self.stored_at else 0


def accounts(apps: Mapping[str, App], held: Mapping[str, Stored]) -> Iterator[Account]:
    """Every brokered account there is, by the names of the apps."""
    for app in sorted(apps.values(), key=lambda one: one.name.casefold()):
        if app.account is not None:
            found = held.get(app.id)
            is_its = found is not None and (found.account, found.site) == (app.account.user, app.upstream.url)
            yield Account(app, app.account, found.stored_at if found is not None and is_its else 0)


class Rotation:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def remind(self) -> None:
        """Write to the owners of what is due and was not told within a month."""
        now = self._core.clock.now()
        held = await self._core.database.reading(lambda snapshot: store.stored(snapshot.connection))
        due = [
            one
            for one in accounts(self._core.known.apps, held)
            if one.stored_at and one.due_at <= now and held[one.app.id].reminded_at + AGAIN_AFTER <= now
        ]
        if due:
            await self._core.write(lambda transaction: self._write(transaction, due))

    def _write(self, transaction: Transaction, due: list[Account]) -> None:
        now, people = self._core.clock.now(), self._core.offers.take(CompanyPeople)
        everybody = people.all(transaction)
        for one in due:
            store.reminded(transaction.connection, one.app.id, now)
            details: dict[str, str | int | bool] = {"app": one.app.id, "account": one.account.user}
            transaction.say(Event(at=now, kind="brokered.rotation_due", details=details))
            for person in recipients(one.app.owner or ADMINISTRATORS, everybody.values()):
                self._mail(transaction, person, one, people.language_of(transaction, person.id))

    def _mail(self, transaction: Transaction, to: Person, due: Account, language: str) -> None:
        words, company, now = words_for(language, self._core.settings), self._core.settings.name, self._core.clock.now()
        said = {"app": due.app.name, "account": due.account.user, "days": str(due.account.rotate_days)}
        paragraphs = (
            words.gettext("Hello {name},", name=to.name),
            words.say("mail.account-due.told", **said),
            words.say("mail.account-due.then", **said),
            company,
        )
        subject = words.say("mail.account-due.subject", app=due.app.name, company=company)
        message = letter(to.email, subject, paragraphs, words.language)
        about = f"account-{due.app.id}"
        Mails(self._core.keyring).put(transaction, message, person_id=to.id, about=about, now=now, until=now + GOOD_FOR)
