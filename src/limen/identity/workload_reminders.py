"""Whoever answers for a workload is reminded by mail before it ends: a month before, a week before, on the last day.

Where nobody does who is active, those who administer Limen are. That it has ended is journaled once; that it opens
nothing from then on is decided at each request, whether anybody was reminded or not.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from limen.clock import DAY, Instant
from limen.facts import Person
from limen.identity.events import record
from limen.identity.model import ADMINISTRATORS, Workload
from limen.identity.ports import Ports
from limen.identity.store import people, workloads
from limen.mail import Mails, Message
from limen.mail.letter import letter, words_for
from limen.mail.recipients import recipients
from limen.opaque import new_id
from limen.storage.database import Transaction

DAYS_BEFORE: Final = (30, 7, 1)


class WorkloadReminders:
    """Looks now and then. Nobody is told twice at the same stage of the same end."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._mails = Mails(ports.keyring)

    async def remind(self) -> int:
        """Queue the mails that are due now; of how many workloads."""
        now = self._ports.now()
        known = await self._ports.read(lambda snapshot: workloads.all_known(snapshot.connection))
        due = [one for one in known if one.active and one.reminded_at < stage_of(one.expires_at, now)]
        if not due:
            return 0
        return await self._ports.write(lambda transaction: sum(self._tell(transaction, one, now) for one in due))

    def _tell(self, transaction: Transaction, workload: Workload, now: Instant) -> bool:
        stage = stage_of(workload.expires_at, now)
        if not workloads.note_reminded(transaction.connection, workload.id, stage, now):
            return False
        if workload.is_over(now):
            record(transaction, now, "workload.expired", {"name": workload.name}, subject=workload.id)
            return True
        for person in self._told(workload):
            language = people.language_of(transaction.connection, person.id)
            message = reminder(person, workload, self._ports, language)
            until = workload.expires_at
            self._mails.put(transaction, message, person_id=person.id, about=new_id("told"), now=now, until=until)
        return True

    def _told(self, workload: Workload) -> list[Person]:
        known = self._ports.known.people
        owner = known.get(workload.owner)
        if owner is not None and owner.active:
            return [owner]
        return recipients(ADMINISTRATORS, known.values())


def stage_of(expires_at: Instant, now: Instant) -> Instant:
    """When the stage began that `now` is in, the last of which is the end itself; 0 before the first."""
    begins = [*(expires_at - days * DAY for days in DAYS_BEFORE), expires_at] if expires_at else []
    return max((at for at in begins if at <= now), default=0)


def reminder(person: Person, workload: Workload, ports: Ports, language: str) -> Message:
    """The mail in this language, else in the company's first one. It holds no link to follow."""
    settings = ports.settings
    words = words_for(language, settings)
    url = urlsplit(settings.public_url)
    day = words.day(workload.expires_at - 1)
    purpose = workload.purpose or words.gettext("nobody has said what it is for")
    paragraphs = (
        words.gettext("Hello {name},", name=person.name),
        words.gettext(
            "The program {workload} ({purpose}) has access through Limen until {day}, and then no longer.",
            workload=workload.name,
            purpose=purpose,
            day=day,
        ),
        words.gettext(
            "Is it still needed? Then say so at {origin}, under Programs you answer for. If it is not, end it there, "
            "or wait.",
            origin=f"{url.scheme}://{url.netloc}",
        ),
        words.gettext("This email contains no link to follow and asks you for nothing."),
        settings.name,
    )
    subject = words.gettext(
        "{company}: {workload} ends after {day}", company=settings.name, workload=workload.name, day=day
    )
    return letter(person.email, subject, paragraphs, words.language)
