"""What stands in the way of administering Limen, in words: which policy, which of its conditions, what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from limen.cedar import EntityUid, EvaluationError, Policy, expression_text
from limen.cedar.interpret import Request as CedarRequest, boolean
from limen.cedar.text import scope_text
from limen.cedar.tree import And, Expression, Not, Or
from limen.facts import App
from limen.policy.annotations import State
from limen.policy.cedar_view import ACTION_ENTITIES
from limen.policy.decision import Request
from limen.policy.engine import Engine


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A policy that stands in the way: `why` in words, `conditions` as they are written, and what to `change`.

    `policy` is "" where there is none to name. `in_form` is what to change where it is a rule with a form; "" where
    `change` says that as well.
    """

    policy: str
    why: str
    change: str
    conditions: tuple[str, ...] = ()
    in_form: str = ""

    def __str__(self) -> str:
        name = f"{self.policy}: " if self.policy else ""
        return f"{name}{self.why}; {self.change}"


def obstacle(policy: Policy, wanted: Request, asking: CedarRequest, error: str) -> Obstacle:
    """Why this policy, asked like this, keeps somebody out. `error` is the message where it can't be evaluated."""
    if error:
        change = "fix it, or test with `has` whether the attribute exists"
        return Obstacle(policy.id, f"it can't be evaluated, which denies access ({error})", change)
    conditions = tuple(_unmet(policy, asking))
    shown = " and ".join(f"`{one}`" for one in conditions)
    if policy.effect == "permit":
        why = f"it permits {wanted.action} only where {shown or 'it holds'}"
        change = "require something an administrator can do today: signing in again with a factor they have"
        return Obstacle(policy.id, why, change, conditions)
    whom = "everyone" if policy.principal.is_any else f"`{scope_text('principal', policy.principal)}`"
    why = f"it forbids {wanted.action}" + (f" because of {shown}" if shown else f" to {whom}")
    return Obstacle(policy.id, why, _sparing(policy), conditions, _sparing_in_form(policy))


def _sparing_in_form(policy: Policy) -> str:
    if _is_about_limen_alone(policy):
        return "choose the state “Report-only” until an administrator can meet its conditions"
    return "select “exempt Limen itself” under “Apps and labels”, or the state “Report-only”"


def _is_about_limen_alone(policy: Policy) -> bool:
    return {one.id for one in policy.resource.entities or ()} == {"limen"}


def _sparing(policy: Policy) -> str:
    """How a forbid stops standing in the way. One that is about Limen alone would be about nothing without it."""
    if not _is_about_limen_alone(policy):
        return 'exempt Limen itself with `unless { resource == App::"limen" }`, or write @state("report-only")'
    later = 'write @state("report-only") until an administrator can meet its conditions'
    if policy.principal.entities is not None:
        return later
    return f'{later}, or exempt administrators with `unless {{ principal in Group::"administrators" }}`'


def nobody_is_meant(engine: Engine, limen: App, enforced: Iterable[Policy]) -> Iterator[Obstacle]:
    """Why no permit is for anybody: its groups are empty, it is not in force, or there is none."""
    policies = tuple(enforced)
    for action in ("administer", "sign_in"):
        wanted = Request(action)
        permits = [one for one in policies if one.effect == "permit" and covers(one, wanted)]
        for one in permits:
            if not one.principal.is_any:
                whom = scope_text("principal", one.principal)
                why = f"it permits {action} to `{whom}` only, a group without any active person who can sign in"
                yield Obstacle(one.id, why, "use a group that an administrator is in, or add one to it")
        asleep = [
            one
            for one in engine.policies
            if engine.states[one.id] is not State.ENFORCE
            and one.effect == "permit"
            and covers(one, wanted)
            and one.resource.holds(EntityUid("App", limen.id), frozenset())
        ]
        if not permits:
            for one in asleep:
                why = f"it would permit {action} and is in state {engine.states[one.id]}"
                yield Obstacle(one.id, why, 'write @state("enforce"), or leave @state out')
        if not permits and not asleep:
            who = 'principal in Group::"administrators", ' if action == "administer" else "principal, "
            change = f'write permit ({who}action == Action::"{action}", resource == App::"limen"), as the baseline does'
            yield Obstacle("", f"no policy permits {action} on Limen itself", change)


def covers(policy: Policy, wanted: Request) -> bool:
    """Does the policy speak of this action?"""
    action = ACTION_ENTITIES[wanted.action]
    return policy.action.holds(action.uid, action.ancestors)


def _unmet(policy: Policy, asking: CedarRequest) -> Iterator[str]:
    """The parts of the conditions that would have to be other than they are."""
    for condition in policy.conditions:
        holds = condition.kind == "when"
        yield from _turning(condition.body, asking, wanted=holds is (policy.effect == "permit"))


def _turning(node: Expression, asking: CedarRequest, *, wanted: bool) -> Iterator[str]:
    """The smallest parts of `node` that keep it from being `wanted`."""
    try:
        if boolean(node, asking) is wanted:
            return
    except EvaluationError:
        yield expression_text(node)
        return
    match node:
        case Not(inner):
            yield from _turning(inner, asking, wanted=not wanted)
        case And(parts) if wanted:
            for part in parts:
                yield from _turning(part, asking, wanted=True)
        case Or(parts) if not wanted:
            for part in parts:
                yield from _turning(part, asking, wanted=False)
        case _:
            yield expression_text(node)
