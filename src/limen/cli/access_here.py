"""What the commands about temporary access share: they act as the server, and judge by the revision in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from limen.access.notices import Notices
from limen.access.occasion import Basis, Occasion
from limen.cli.open_company import Opened
from limen.clock import Instant
from limen.errors import LimenError
from limen.facts import Person
from limen.facts.access_rules import FILE, NOTHING_TO_ASK
from limen.identity.store import people
from limen.storage import Transaction

T = TypeVar("T")


def as_the_server(here: Opened, now: Instant, work: Callable[[Occasion], T]) -> T:
    """Have the server itself do something, in one transaction. Raises LimenError."""
    company = here.in_force()
    notices = Notices(here.keyring(), here.settings, lambda s, person_id: people.language_of(s.connection, person_id))

    def do(transaction: Transaction) -> T:
        everybody = {one.id: one for one in people.everybody(transaction.connection)}
        basis = Basis(company.parts.get(FILE) or NOTHING_TO_ASK, company.all_apps, everybody)
        return work(Occasion(transaction, basis, notices, now))

    return here.database.write(do)


def names_of(here: Opened) -> dict[str, str]:
    """Everybody's name, by id."""
    return here.database.read(lambda snapshot: {one.id: one.name for one in people.everybody(snapshot.connection)})


def person_with(here: Opened, address: str) -> Person:
    """Who has this email address. Raises LimenError."""
    members = here.database.read(lambda snapshot: people.everybody(snapshot.connection))
    for one in members:
        if one.email.casefold() == address.casefold():
            return one
    raise LimenError(f"nobody has the address {address[:100]}", "`limen people` lists everybody")
