"""From standing privilege to asking: an app's sensitive actions only with a grant, and whoever has them may ask.

What is drafted is one policy, which forbids without a grant, and where somebody could not ask for what they have today,
one rule of access.yaml. It is planned and published as any other change: what it takes away is told before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from limen.access.rules_text import with_rule
from limen.access.standing.listing import Row
from limen.cedar import PolicySet
from limen.company.candidate import added
from limen.company.company import Company
from limen.company.rules import new_id
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.facts import ACTIONS, App, Label, Person
from limen.facts.access_rules import FILE as ACCESS, NOTHING_TO_ASK, AccessRules
from limen.policy.annotations import Phase
from limen.policy.forms import Form, Needs, write

ADMINISTRATORS: Final = "administrators"
_GRANT: Final = Needs(asks={"grant.active": True})
_LONGEST: Final = ("8h", "24h")
"""One grant, and all of the same in one go: a working day, and three of them."""


@dataclass(frozen=True, slots=True)
class ByGrant:
    """What a draft does to one app. `ask` are the groups that may ask by a new rule; () where all may ask already.

    `left_out` are people (and services) who hold it and could not ask: they are in none of the groups that permits
    name, or are no people at all.
    """

    app: str
    actions: tuple[str, ...]
    ask: tuple[str, ...]
    left_out: tuple[str, ...]


def by_grant(
    company: Company, app_id: str, rows: Iterable[Row], people: Mapping[str, Person]
) -> tuple[dict[str, str], ByGrant]:
    """The files that change so that nobody has what these rows of one app tell, except by a grant.

    Raises LimenError where there is no such app, or nothing to do.
    """
    app = company.all_apps.get(app_id)
    if app is None:
        raise LimenError(*unknown("app", app_id, company.all_apps))
    held = [row for row in rows if row.app == app_id]
    actions = tuple(action for action in ACTIONS if any(action in row.actions for row in held))
    if not held:
        raise LimenError("nobody has this without a grant any more", "look at the list again")
    ask, left_out = _asking(company, app, held, people)
    files = added(company, write(_only_by_grant(company, app, actions)))
    if ask:
        approve: dict[str, Any] = {"groups": [ADMINISTRATORS]}
        rule: dict[str, Any] = {
            "name": _new_name(company, f"{app.id}-by-grant"),
            "apps": [app.id],
            "actions": list(actions),
            "ask": list(ask),
            "approve": {"owner": True, **approve} if app.owner else approve,
            "longest": _LONGEST[0],
            "longest_total": _LONGEST[1],
        }
        files[ACCESS] = with_rule(company.files.get(ACCESS, ""), rule)
    return files, ByGrant(app.id, actions, ask, left_out)


def all_by_grant(
    company: Company, rows: Sequence[Row], people: Mapping[str, Person]
) -> tuple[dict[str, str], tuple[ByGrant, ...]]:
    """The same for every app that has rows: with it, nobody has anything sensitive all day."""
    files: dict[str, str] = {}
    done: list[ByGrant] = []
    for app_id in dict.fromkeys(row.app for row in rows):
        changed, one = by_grant(replace(company, files={**company.files, **files}), app_id, rows, people)
        files |= changed
        done.append(one)
    if not done:
        raise LimenError("nobody has anything without a grant", "there is nothing to do")
    return files, tuple(done)


def _only_by_grant(company: Company, app: App, actions: tuple[str, ...]) -> Form:
    """What is restricted is closed whole, so that no action is left out that somebody permits later."""
    return Form(
        id=new_id(company, f"{app.id} by grant"),
        effect="forbid",
        title=f"{app.name} only with a grant",
        reason="Permanent rights are also available to anyone who steals the account.",
        reason_de="Dauerhafte Rechte hat auch, wer das Konto stiehlt.",
        phase=Phase.IDENTITY,
        apps=frozenset({app.id}),
        actions=frozenset() if app.label >= Label.RESTRICTED else frozenset(actions),
        needs=(_GRANT,),
    )


def _asking(
    company: Company, app: App, rows: Sequence[Row], people: Mapping[str, Person]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups that have to be let ask, and who still could not: groups are those by which people have it today."""
    access: AccessRules = company.parts.get(ACCESS) or NOTHING_TO_ASK
    principals = {policy.id: policy.principal for policy in PolicySet.from_json(company.policies.tree)}
    ask: set[str] = set()
    left_out: list[str] = []
    for row in rows:
        entities = (uid for one in row.policies if one in principals for uid in principals[one].entities or ())
        named = {uid.id for uid in entities if uid.type == "Group"}
        for person_id in row.people:
            person = people.get(person_id)
            if person is not None and all(access.may_ask(person, app, action) for action in row.actions):
                continue
            own = () if person is None or person.is_workload else sorted(person.groups & named)
            ask |= set(own[:1])
            left_out += [] if own else [person_id]
    return tuple(sorted(ask)), tuple(dict.fromkeys(left_out))


def _new_name(company: Company, wanted: str) -> str:
    """A name of a rule that no other has; files may have changed that were not read again."""
    text = company.files.get(ACCESS, "")
    name, number = wanted[:50], 2
    while f"name: {name}\n" in f"{text}\n":
        name, number = f"{wanted[:50]}-{number}", number + 1
    return name
