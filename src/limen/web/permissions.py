"""The permissions that pages declare, and whose accounts only an administrator may change because they have some."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from limen.cedar import Policy
from limen.facts import App, Person
from limen.policy.access_diff.person_classes import named_in
from limen.policy.possible import permits_ever

AUDIT: Final = "audit"
SUPPORT: Final = "support"
ADMINISTER: Final = "administer"
CONSOLE: Final = frozenset({AUDIT, SUPPORT, ADMINISTER})
"""The actions on Limen that open pages of the console."""

Permission: TypeAlias = tuple[str, ...]
"""Actions on Limen any of which opens a page. Whoever may administer may read and help, too, so it comes last."""

READ: Final[Permission] = (AUDIT, ADMINISTER)
SEE_PEOPLE: Final[Permission] = (AUDIT, SUPPORT, ADMINISTER)
HELP: Final[Permission] = (SUPPORT, ADMINISTER)
CHANGE: Final[Permission] = (ADMINISTER,)
VIEW: Final[Permission] = ("view",)
"""What opens the portal: whatever employees do for themselves."""

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
