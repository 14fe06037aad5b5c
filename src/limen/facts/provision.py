"""Accounts that Limen keeps at an app, by SCIM: whose, what the app is told of them, and what becomes of leavers'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.facts.nouns import Person
from limen.facts.required_factors import EVERYONE

NAME: Final = "name"
EMAIL: Final = "email"
SENT: Final = (NAME, EMAIL)
"""What an app may be told beside the user name, which is the email address."""


@dataclass(frozen=True, slots=True)
class Provision:
    """`url` is the address below which the app has `/Users`. Whoever is in one of `groups` has an account there.

    `sent` are words of `SENT`. Whoever leaves is deactivated, or deleted (`deletes`). `adopts`: an account that is
    there already under somebody's address is theirs without anybody saying so. More than `share` percent of the
    accounts are not taken at once from people who stay, without an administrator's word.
    """

    url: str
    groups: tuple[str, ...]
    sent: tuple[str, ...] = SENT
    deletes: bool = False
    adopts: bool = False
    share: int = 10

    def is_for(self, person: Person, today: str) -> bool:
        """Whether somebody is to have an account there now. `today` is the day in the company's time zone, as
        2026-12-01; `person` comes with their first day (`FactStore.principal`), before which they have none.
        """
        if not person.active or person.is_workload or person.first_day > today:
            return False
        return EVERYONE in self.groups or not person.groups.isdisjoint(self.groups)
