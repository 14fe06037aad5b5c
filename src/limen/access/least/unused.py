"""Which actions of which permits nobody used: for each, whom it lets, and who of them did what in the days on record.

    for one in unused(engine, uses, people, apps):
        print(one.policy, one.never, one.kept)

An action counts as unused only where leaving it out could have refused nothing. Of what was decided by the rules in
force the journal says which permits spoke. What older rules decided, and what was not permitted, counts as use of every
permit that may apply to the app and the action, whoever asked: the groups somebody had then are not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.cedar import EntityUid, Policy
from limen.facts import ACTIONS, LIMEN, App, Person
from limen.policy import Engine, State
from limen.policy.cedar_view import ACTION_ENTITIES
from limen.policy.possible import permits_ever
from limen.storage.journal.usage import Use

OF_APPS: Final = ACTIONS[:7]
"""What can be asked of an app. What Limen itself lets people do is left out: it is seldom used, and needed then."""
_GRANTED: Final = "granted"
"""The baseline's permit for what was granted: access.yaml says what that is."""


@dataclass(frozen=True, slots=True)
class ActionUse:
    """Of one action of a permit: how many of those it lets used it, how often, and when last (0: never)."""

    action: str
    people: int
    count: int
    newest: int


@dataclass(frozen=True, slots=True)
class Permitted:
    """One permit and its use. `never` are actions that nobody used, `kept` the others; with none kept, nobody used it.

    `reached` are ids of people and services whom it lets, `idle` those of them who used nothing by it. `groups` are
    the groups that it names, `apps` the apps it may be about.
    """

    policy: str
    groups: tuple[str, ...]
    apps: tuple[str, ...]
    uses: tuple[ActionUse, ...]
    never: tuple[str, ...]
    kept: tuple[str, ...]
    reached: tuple[str, ...]
    idle: tuple[str, ...]


def unused(
    engine: Engine, uses: Iterable[Use], people: Mapping[str, Person], apps: Iterable[App]
) -> tuple[Permitted, ...]:
    """Every permit in force for apps, those with the most that nobody used first. Pure."""
    counting = _Counting(engine, list(uses), people, {app.id: app for app in apps})
    found = [counting.of(policy) for policy in engine.in_state(State.ENFORCE) if _is_about_apps(policy)]
    return tuple(sorted(found, key=lambda one: (-len(one.never), -len(one.idle), one.policy)))


def _is_about_apps(policy: Policy) -> bool:
    is_of_limen = policy.resource.entities == (EntityUid("App", LIMEN),)
    return policy.effect == "permit" and policy.id != _GRANTED and not is_of_limen


class _Counting:
    def __init__(self, engine: Engine, uses: list[Use], people: Mapping[str, Person], apps: Mapping[str, App]) -> None:
        self.revision = engine.revision
        self.people, self.apps = people, apps
        self.by_action: dict[str, list[Use]] = {}
        for one in uses:
            if one.app in apps:
                self.by_action.setdefault(one.action, []).append(one)

    def of(self, policy: Policy) -> Permitted:
        given = tuple(one for one in ACTIONS if policy.action.holds(ACTION_ENTITIES[one].uid, frozenset()))
        actions = tuple(one for one in given if one in OF_APPS)
        apps = {app_id: app for app_id, app in self.apps.items() if app_id != LIMEN}
        about = tuple(app_id for app_id, app in apps.items() if permits_ever([policy], None, app, actions))
        never = tuple(one for one in actions if not self._is_used(policy, one))
        by_it = [one for action in actions for one in self.by_action.get(action, ()) if self._is_by(policy, one)]
        users = {one.actor for one in by_it}
        reached = tuple(
            person.id
            for person in self.people.values()
            if person.active and any(permits_ever([policy], person, apps[one], actions) for one in about)
        )
        return Permitted(
            policy.id,
            tuple(sorted(uid.id for uid in policy.principal.entities or () if uid.type == "Group")),
            about,
            tuple(_counted(action, [one for one in by_it if one.action == action]) for action in actions),
            never,
            tuple(one for one in given if one not in never and (one in OF_APPS or self._is_of_limen(policy, one))),
            reached,
            tuple(one for one in reached if one not in users),
        )

    def _is_used(self, policy: Policy, action: str) -> bool:
        """Whether any past request might have been permitted by it alone. Doubt counts as yes, and so does Limen."""
        if self._is_of_limen(policy, action):
            return True
        asked = dict.fromkeys(
            one.app
            for one in self.by_action.get(action, ())
            if self._is_by(policy, one) or one.revision != self.revision or not one.is_permitted
        )
        return any(permits_ever([policy], None, self.apps[app_id], [action]) for app_id in asked)

    def _is_of_limen(self, policy: Policy, action: str) -> bool:
        return LIMEN in self.apps and bool(permits_ever([policy], None, self.apps[LIMEN], [action]))

    @staticmethod
    def _is_by(policy: Policy, one: Use) -> bool:
        return one.is_permitted and policy.id in one.reasons


def _counted(action: str, uses: list[Use]) -> ActionUse:
    return ActionUse(
        action,
        len({one.actor for one in uses}),
        sum(one.count for one in uses),
        max((one.newest for one in uses), default=0),
    )
