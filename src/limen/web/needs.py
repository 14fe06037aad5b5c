"""What each room of the console needs: the one table of it. A room that is not in it needs an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from limen.cedar import Policy
from limen.facts import App, Person
from limen.policy.possible import permits_ever
from limen.policy.reach.person_classes import named_in

AUDIT: Final = "audit"
SUPPORT: Final = "support"
ADMINISTER: Final = "administer"
CONSOLE: Final = frozenset({AUDIT, SUPPORT, ADMINISTER})
"""The actions on Limen that open rooms of the console."""

Ways = tuple[str, ...]
"""Actions any of which opens a room. Whoever may administer may read and help, too, so it is always the last."""

READ: Final[Ways] = (AUDIT, ADMINISTER)
SEE_PEOPLE: Final[Ways] = (AUDIT, SUPPORT, ADMINISTER)
HELP: Final[Ways] = (SUPPORT, ADMINISTER)
CHANGE: Final[Ways] = (ADMINISTER,)

NEEDS: Final[Mapping[tuple[str, str], Ways]] = {
    ("GET", "/console"): READ,
    ("GET", "/console/find"): SEE_PEOPLE,
    ("GET", "/console/decisions"): READ,
    ("GET", "/console/decisions/live"): READ,
    ("GET", "/console/decisions/{decision_id}"): READ,
    ("GET", "/console/decisions/{decision_id}/decision.json"): READ,
    ("GET", "/console/people"): SEE_PEOPLE,
    ("GET", "/console/people/{person_id}"): SEE_PEOPLE,
    ("GET", "/console/people/{person_id}/timeline"): READ,
    ("GET", "/console/people/invite"): CHANGE,
    ("POST", "/console/people/invite"): CHANGE,
    ("POST", "/console/people/links/{link_id}/revoke"): HELP,
    ("POST", "/console/people/{person_id}/invite-again"): HELP,
    ("POST", "/console/people/{person_id}/pass"): HELP,
    ("POST", "/console/people/{person_id}/sessions/end"): HELP,
    ("POST", "/console/people/{person_id}/sessions/{session_id}/end"): HELP,
    ("POST", "/console/people/{person_id}/tokens/{token_id}/revoke"): HELP,
    ("POST", "/console/people/{person_id}/groups"): CHANGE,
    ("POST", "/console/people/{person_id}/let-go"): CHANGE,
    ("POST", "/console/people/{person_id}/take-back"): CHANGE,
    ("GET", "/console/people/{person_id}/erase"): CHANGE,
    ("POST", "/console/people/{person_id}/erase"): CHANGE,
    ("POST", "/console/people/{person_id}/copy"): CHANGE,
    ("POST", "/console/people/mail-again"): CHANGE,
    ("GET", "/console/people/import"): CHANGE,
    ("POST", "/console/people/import"): CHANGE,
    ("POST", "/console/people/import/apply"): CHANGE,
    ("GET", "/console/people/mail"): READ,
    ("POST", "/console/people/mail/again"): CHANGE,
    ("GET", "/console/settings"): READ,
    ("GET", "/console/privacy"): READ,
    ("GET", "/console/doctor"): READ,
    ("POST", "/console/doctor"): CHANGE,
    ("GET", "/console/backups"): READ,
    ("POST", "/console/backups"): CHANGE,
    ("GET", "/console/add-app"): CHANGE,
    ("POST", "/console/add-app"): CHANGE,
    ("POST", "/console/add-app/look"): CHANGE,
    ("GET", "/console/apps/{app_id}/onboarding"): READ,
    ("POST", "/console/apps/{app_id}/onboarding/end"): CHANGE,
    ("GET", "/console/apps/{app_id}/asked"): READ,
    ("POST", "/console/apps/{app_id}/asked"): CHANGE,
    ("GET", "/console/apps"): READ,
    ("GET", "/console/apps/{app_id}"): READ,
    ("POST", "/console/apps/{app_id}/tokens/{token_id}/revoke"): CHANGE,
    ("GET", "/console/apps/{app_id}/timeline"): READ,
    ("GET", "/console/apps/{app_id}/rules/new"): CHANGE,
    ("GET", "/console/workloads"): READ,
    ("GET", "/console/policies"): READ,
    ("GET", "/console/policies/{policy_id}"): READ,
    ("GET", "/console/policies/{policy_id}/watched"): READ,
    ("GET", "/console/policies/{policy_id}/edit"): CHANGE,
    ("POST", "/console/policies/{policy_id}/edit"): CHANGE,
    ("POST", "/console/policies/{policy_id}/text"): CHANGE,
    ("POST", "/console/policies/{policy_id}/check"): CHANGE,
    ("POST", "/console/policies/{policy_id}/state"): CHANGE,
    ("POST", "/console/policies/{policy_id}/remove"): CHANGE,
    ("GET", "/console/rules/new"): CHANGE,
    ("POST", "/console/rules"): CHANGE,
    ("POST", "/console/rules/preview"): CHANGE,
    ("GET", "/console/levels"): READ,
    ("POST", "/console/levels"): CHANGE,
    ("GET", "/console/changes/{draft_id}"): CHANGE,
    ("POST", "/console/changes/{draft_id}/publish"): CHANGE,
    ("POST", "/console/changes/{draft_id}/drop"): CHANGE,
    ("POST", "/console/changes/{draft_id}/tests"): CHANGE,
    ("GET", "/console/revisions"): READ,
    ("GET", "/console/revisions/{number}"): READ,
    ("POST", "/console/revisions/{revision_id}/revert"): CHANGE,
    ("GET", "/console/what-if"): READ,
}

ROLES: Final = frozenset({"administrators", "break-glass", "helpdesk", "auditors"})
"""The groups of the baseline whose members may do something in the console."""


def ways_into(method: str, route: str) -> Ways:
    """The actions that open this room. One that nobody entered into the table opens to administrators alone."""
    return NEEDS.get((method, route), CHANGE)


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
