"""Who leaves: the last day with access, and its end. A day ends at midnight in the company's time zone."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Final

from limen.clock import Instant
from limen.facts import Person
from limen.identity.days import read_day, today
from limen.identity.errors import LastAdministratorError, NobodyCouldAdministerError, UnfitError
from limen.identity.membership import Membership
from limen.identity.names import email_to_look_up
from limen.identity.ports import Ports
from limen.identity.sources.model import Owned
from limen.identity.sources.owning import OwnedBySources
from limen.identity.store import people
from limen.storage.database import Transaction

LATEST: Final = timedelta(days=3 * 366)
"""From today on."""
_log: Final = logging.getLogger("limen.identity")


def read_last_day(text: str, on: date) -> date | None:
    """The day that somebody wrote; None for "". `on` is today. Raises UnfitError for what is none, or over already."""
    day = read_day("last_day", text)
    if day is not None:
        refuse_unfit_last(day, on)
    return day


def refuse_unfit_last(day: date, on: date) -> None:
    """Raises UnfitError for a last day that is over already, or far away. `on` is today."""
    if day < on:
        raise UnfitError("last_day", "This day is over already", "deactivate them instead")
    if day > on + LATEST:
        raise UnfitError("last_day", "This day is more than three years away", "enter it later")


def save_last_day(
    transaction: Transaction, email: str, day: date | None, now: Instant, *, by: str, owned: OwnedBySources
) -> Person:
    """Of whom this address is; gives who it is. Raises UnfitError where nobody has it, OwnedElsewhereError."""
    person = people.by_email(transaction.connection, email_to_look_up(email))
    if person is None:
        raise UnfitError("email", "Nobody has this address", "run limen people to see the addresses")
    owned(transaction.connection, person.id).refuse(Owned.LAST_DAY)
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
        return sum([await self._end(person_id, on, now) for person_id, _ in over])

    async def _end(self, person_id: str, on: date, now: Instant) -> bool:
        """False where that can't be, and where it is not so any more: they stay after all, or somebody else did it."""

        def work(transaction: Transaction) -> bool:
            status = dict(people.left_before(transaction.connection, on, person_id)).get(person_id)
            if status is not None:
                Membership(transaction, now, "").end_after_last_day(person_id, status)
            return status is not None

        try:
            return await self._ports.take(work)
        except (LastAdministratorError, NobodyCouldAdministerError):
            _log.error("%s keeps access after their last day: nobody else could administer Limen", person_id)
            return False
