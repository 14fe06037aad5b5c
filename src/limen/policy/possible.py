"""Whether policies could ever let somebody do something, whatever the situation. Doubt counts as yes.

Only what is certain is used: who asks, for what, and which app it is. Whatever hangs on the context (proofs, devices,
places, times) may turn out either way, and so may what can't be evaluated. Forbids are not looked at: what they take
away today they may give back tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from limen.cedar import EvaluationError, Policy
from limen.cedar.interpret import Request as CedarRequest, boolean
from limen.cedar.tree import And, Expression, If, Not, Or, Var, descend
from limen.facts import App, Person
from limen.policy.cedar_view import ACTION_ENTITIES, app_words, person_words

_ANYBODY = person_words(Person(""))


def permits_ever(
    policies: Iterable[Policy], person: Person | None, app: App, actions: Iterable[str]
) -> tuple[Policy, ...]:
    """The permits that could let this person do any of the actions on the app; None: that could let anybody.

    An account that is not active counts as if it were, and a policy counts in whichever state it is.
    """
    wanted = tuple(actions)
    return tuple(
        policy
        for policy in policies
        if policy.effect == "permit" and any(_may_apply(policy, person, app, action) for action in wanted)
    )


def _may_apply(policy: Policy, person: Person | None, app: App, action: str) -> bool:
    principal = person_words(replace(person, active=True)) if person else _ANYBODY
    asked = CedarRequest(principal, ACTION_ENTITIES[action], app_words(app), {}, {})
    scopes = [(policy.action, asked.action), (policy.resource, asked.resource)]
    scopes += [(policy.principal, principal)] if person else []
    if not all(scope.holds(entity.uid, entity.ancestors) for scope, entity in scopes):
        return False
    unknown = frozenset({"context"} if person else {"context", "principal"})
    # a `when` must not be surely false, and an `unless` not surely true
    return all(_value(one.body, asked, unknown) is not (one.kind == "unless") for one in policy.conditions)


def _value(node: Expression, asked: CedarRequest, unknown: frozenset[str]) -> bool | None:
    """What a condition comes to; None where that hangs on what is unknown, or it can't be evaluated."""
    match node:
        case And(parts):
            values = [_value(part, asked, unknown) for part in parts]
            return False if False in values else None if None in values else True
        case Or(parts):
            values = [_value(part, asked, unknown) for part in parts]
            return True if True in values else None if None in values else False
        case Not(inner):
            value = _value(inner, asked, unknown)
            return None if value is None else not value
        case If(test, then, otherwise):
            value = _value(test, asked, unknown)
            ways = (then, otherwise) if value is None else (then,) if value else (otherwise,)
            values = [_value(way, asked, unknown) for way in ways]
            return values[0] if len(set(values)) == 1 else None
    if any(isinstance(part, Var) and part.name in unknown for part in descend(node)):
        return None
    try:
        return boolean(node, asked)
    except EvaluationError:
        return None
