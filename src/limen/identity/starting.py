"""Who starts: the first day with access. It begins at midnight in the company's time zone, by the decision itself.

They may set up how they sign in from the day before (`days.refuse_too_early`), and open nothing until then.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from limen.clock import Instant
from limen.facts import Person
from limen.identity.days import FIX, read_day
from limen.identity.errors import UnfitError
from limen.identity.membership import Membership
from limen.identity.names import email_to_look_up
from limen.identity.sources.model import Owned
from limen.identity.sources.owning import OwnedBySources
from limen.identity.store import people
from limen.storage.database import Transaction

LATEST: Final = timedelta(days=366)
"""From today on."""


def read_first_day(text: str, on: date) -> date | None:
    """The day that somebody wrote; None for "". `on` is today. Raises UnfitError for what is none, or far away.

    A day that is over is one on which they have started, and nothing is held back by it.
    """
    day = read_day("first_day", text)
    if day is not None:
        refuse_unfit_first(day, on)
    return day


def refuse_unfit_first(day: date, on: date) -> None:
    """Raises UnfitError for a first day that is far away, or long over. `on` is today."""
    if day > on + LATEST:
        raise UnfitError("first_day", "This day is more than a year away", "enter it later")
    if day < on - LATEST:
        raise UnfitError("first_day", "This day is more than a year ago", FIX)


def save_first_day(
    transaction: Transaction, email: str, day: date | None, now: Instant, *, by: str, owned: OwnedBySources
) -> Person:
    """Of whom this address is; gives who it is. Raises UnfitError where nobody has it, or their last day is before;
    OwnedElsewhereError.
    """
    person = people.by_email(transaction.connection, email_to_look_up(email))
    if person is None:
        raise UnfitError("email", "Nobody has this address", "run limen people to see the addresses")
    owned(transaction.connection, person.id).refuse(Owned.FIRST_DAY)
    refuse_after_last(day, people.last_day_of(transaction.connection, person.id))
    Membership(transaction, now, by).set_first_day(person.id, day)
    return person


def refuse_after_last(first: date | None, last: date | None) -> None:
    """Raises UnfitError where somebody would leave before they start."""
    if first is not None and last is not None and last < first:
        raise UnfitError("first_day", "Their last day is before this day", "correct one of the two")
