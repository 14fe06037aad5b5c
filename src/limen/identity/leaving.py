"""Who leaves: the last day with access, and its end. A day ends at midnight in the company's time zone."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Final

from limen.clock import SECOND, Instant
from limen.facts import Person
from limen.identity.errors import LastAdministratorError, NobodyCouldAdministerError, UnfitError
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus
from limen.identity.names import email_to_look_up
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.settings import Settings
from limen.storage.database import Transaction

LATEST: Final = timedelta(days=3 * 366)
"""From today on."""
FIX: Final = "write it as 2026-12-18"
_log: Final = logging.getLogger("limen.identity")


def today(settings: Settings, now: Instant) -> date:
    return datetime.fromtimestamp(now / SECOND, settings.zone).date()


def read_last_day(text: str, on: date) -> date | None:
    """The day that somebody wrote; None for "". `on` is today. Raises UnfitError for what is none, or over already."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-12-18") else None
    except ValueError:
        day = None
    if day is None:
        raise UnfitError("last_day", "This is not a valid date", FIX)
    if day < on:
        raise UnfitError("last_day", "This day is over already", "deactivate them instead")
    if day > on + LATEST:
        raise UnfitError("last_day", "This day is more than three years away", "enter it later")
    return day


def save_last_day(transaction: Transaction, email: str, day: date | None, now: Instant, *, by: str) -> Person:
    """Of whom this address is; gives who it is. Raises UnfitError where nobody has it."""
    person = people.by_email(transaction.connection, email_to_look_up(email))
    if person is None:
        raise UnfitError("email", "Nobody has this address", "run limen people to see the addresses")
    Membership(transaction, now, by).set_last_day(person.id, day)
    return person


class Leaving:
    """Ends access. Called again and again, by any number of workers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def end(self) -> int:
        """Suspend everybody whose last day is over; how many. Whoever is the last administrator keeps access."""
        now = self._ports.now()
        on = today(self._ports.settings, now)
        over = await self._ports.read(lambda snapshot: people.left_before(snapshot.connection, on))
        return sum([await self._end(person_id, status, now) for person_id, status in over])

    async def _end(self, person_id: str, status: PersonStatus, now: Instant) -> bool:
        def work(transaction: Transaction) -> None:
            Membership(transaction, now, "").end_after_last_day(person_id, status)

        try:
            await self._ports.take(work)
        except (LastAdministratorError, NobodyCouldAdministerError):
            _log.error("%s keeps access after their last day: nobody else could administer Limen", person_id)
            return False
        return True
