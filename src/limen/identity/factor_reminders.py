"""People are reminded by mail of a factor that they must set up: two weeks before, one week, and on the last day."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from limen.clock import DAY, Instant
from limen.facts import Due, Needed, Person
from limen.identity.ports import Ports
from limen.identity.store import people, reminders
from limen.mail import Mails, Message
from limen.mail.letter import letter, words_for
from limen.opaque import new_id
from limen.storage.database import Transaction

DAYS_BEFORE: Final = (14, 7, 1)


class FactorReminders:
    """Looks now and then at who is still missing something. Nobody is told twice of the same day at the same stage."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._mails = Mails(ports.keyring)

    async def remind(self) -> int:
        """Queue the mails that are due now; how many."""
        known, now = self._ports.known, self._ports.now()
        wanted = [
            (person, due)
            for person in list(known.people.values())
            if person.active
            for due in known.dues_of(person.id)
            if due.needed is not Needed.NEW_PASSWORD and stage_of(due, now)
        ]
        if not wanted:
            return 0
        return await self._ports.write(
            lambda transaction: sum(self._tell(transaction, person, due, now) for person, due in wanted)
        )

    def _tell(self, transaction: Transaction, person: Person, due: Due, now: Instant) -> bool:
        if not reminders.note(transaction.connection, person.id, due, stage_of(due, now), now):
            return False
        language = people.language_of(transaction.connection, person.id)
        message = reminder(person, due, self._ports, language)
        self._mails.put(transaction, message, person_id=person.id, about=new_id("told"), now=now, until=due.at)
        return True


def stage_of(due: Due, now: Instant) -> Instant:
    """When the stage of reminding began that `now` is in; 0 before the first, and once the day is over."""
    if now >= due.at:
        return 0
    return max((due.at - days * DAY for days in DAYS_BEFORE if due.at - days * DAY <= now), default=0)


def reminder(person: Person, due: Due, ports: Ports, language: str) -> Message:
    """The mail in this language, else in the company's first one. It holds no link to follow."""
    settings = ports.settings
    words = words_for(language, settings)
    url = urlsplit(settings.public_url)
    day = words.day(due.at - 1)
    what = {
        Needed.PASSKEY: words.gettext(
            "{company} requires you to have a passkey by {day}.", company=settings.name, day=day
        ),
        Needed.TWO_FACTORS: words.gettext(
            "{company} requires you to have a second factor by {day}.", company=settings.name, day=day
        ),
    }[due.needed]
    paragraphs = (
        words.gettext("Hello {name},", name=person.name),
        what,
        words.gettext(
            "Sign in at {origin} as usual: you are asked for it there, and it takes two minutes. After that day, "
            "nothing else opens until you have set it up.",
            origin=f"{url.scheme}://{url.netloc}",
        ),
        words.gettext("This email contains no link to follow and asks you for nothing."),
        settings.name,
    )
    subject = words.gettext("{company}: set up how you sign in by {day}", company=settings.name, day=day)
    return letter(person.email, subject, paragraphs, words.language)
