"""Who has a role in Limen, and is guarded from everybody else: whoever may read, help or administer in its console."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from limen.cedar import Policy
from limen.facts import App, Person
from limen.policy.access_diff.person_classes import named_in
from limen.policy.possible import permits_ever

AUDIT: Final = "audit"
SUPPORT: Final = "support"
ADMINISTER: Final = "administer"
CONSOLE: Final = frozenset({AUDIT, SUPPORT, ADMINISTER})
"""The actions on Limen that open pages of the console."""

ROLES: Final = frozenset({"administrators", "break-glass", "helpdesk", "auditors"})
"""The groups of the baseline whose members may do something in the console."""


def is_guarded(person: Person, policies: Iterable[Policy], limen: App | None) -> bool:
    """May only an administrator touch this account? Whoever has a role has, or their helper would have it, too.

    Somebody has a role who is in a group of the baseline's, or whom any permit could ever let do an action of the
    console, however it says so. `limen` is Limen as an app; where it is not known, everybody is guarded.
    """
    return bool(limen is None or person.groups & ROLES or permits_ever(policies, person, limen, CONSOLE))


def groups_that_guard(policies: Iterable[Policy], limen: App) -> frozenset[str]:
    """The groups that decide about who has a role: the baseline's, and all that permits for the console name."""
    named = named_in(permits_ever(policies, None, limen, CONSOLE))
    return ROLES | {uid.id for uid in named if uid.type == "Group"}


@dataclass(frozen=True)
class Guarding:
    """Who is guarded under the policies in force. `limen` is Limen as an app (None: not known).

    What holds of everybody is worked out once, so that thousands of people can be asked about.
    """

    policies: tuple[Policy, ...]
    limen: App | None

    def has_role(self, person: Person) -> bool:
        """See `is_guarded`. A permit that could let nobody into the console lets no person in."""
        return is_guarded(person, self._into_console, self.limen)

    @cached_property
    def groups(self) -> frozenset[str]:
        """See `groups_that_guard`."""
        return ROLES if self.limen is None else groups_that_guard(self._into_console, self.limen)

    @cached_property
    def _into_console(self) -> tuple[Policy, ...]:
        return () if self.limen is None else permits_ever(self.policies, None, self.limen, CONSOLE)
