"""What of an app is open under some facts: the answer to each action that a request to it can be.

A decision is about one request and its one action. What else is open, and what is withheld, is computed where a page or
a refusal shows it, never on the way of a request that is let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from limen.clock import Instant
from limen.facts import ACTIONS, LIMEN, App, Facts, Person
from limen.policy.decision import Decision, Effect, Request
from limen.policy.engine import Engine
from limen.policy.hypothetical import Hypothetical

MILDEST = ACTIONS[0]
"""Looking at an app: whoever may do that and not the rest has limited access."""

Access: TypeAlias = Mapping[str, Decision]


def actions_of(app: App) -> tuple[str, ...]:
    """The actions that requests to this app can be, from the mildest to the strictest."""
    named = {rule.action for rule in app.rules}
    return tuple(action for action in ACTIONS if action in named) or ("administer",)


def is_absent(app: App, action: str) -> bool:
    """Whether no request to this app is this action, of those that rules name. A policy may permit it nevertheless."""
    return action in ACTIONS[:5] and action not in actions_of(app)


def access(engine: Engine, facts: Facts, now: Instant) -> Access:
    """The decision about each action of the app that `facts` are about."""
    return {action: engine.decide(Request(action, host=facts.app.host), facts, now) for action in actions_of(facts.app)}


def withheld(answers: Access) -> tuple[str, ...]:
    """The actions that are denied while the app may be looked at; () where nothing is limited."""
    if MILDEST not in answers or not answers[MILDEST].is_permit:
        return ()
    return tuple(action for action, decision in answers.items() if decision.effect is Effect.DENY)


def is_withheld(decision: Decision) -> bool:
    """Is this the refusal of one action of an app that may be looked at? It asks whoever decided once more."""
    engine, facts = decision.later, decision.facts
    if decision.effect is not Effect.DENY or not facts.person.id or facts.app.id == LIMEN:
        return False
    if decision.request.action == MILDEST or MILDEST not in actions_of(facts.app) or not isinstance(engine, Engine):
        return False
    return engine.decide(Request(MILDEST, host=facts.app.host), facts, decision.now).is_permit


def shut_to_a_service(
    engine: Engine, service: Person, app: App, actions: Iterable[str], now: Instant
) -> dict[str, str]:
    """Which of these actions a token of this service, made now, would be refused, each with the first reason's title.

    A token of a service stands for one factor. Where it will ask from isn't known here: that reads as the worst.
    """
    shut = {}
    for action in sorted(actions, key=ACTIONS.index):
        facts = Hypothetical(strength=1, proved=0, token=True).facts(service, app, action, now)
        decision = engine.decide(Request(action, host=app.host), facts, now)
        if not decision.is_permit:
            shut[action] = decision.reasons[0].title or decision.reasons[0].policy
    return shut
