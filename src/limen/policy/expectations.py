"""Policy tests as values: what somebody expects of the policies, and what the policies say instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from limen.facts import App, Label, Person
from limen.policy.decision import Decision, Effect, Named, Request
from limen.policy.engine import NOTHING_PERMITS, Engine
from limen.policy.hypothetical import Hypothetical

_DONE: Final[Mapping[Effect, str]] = {
    Effect.PERMIT: "permitted",
    Effect.CHALLENGE: "asked to confirm",
    Effect.DENY: "denied",
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One request somebody supposes, and the effect it must have.

    `groups` None is nobody signed in. `because`, where it is said, must be among the reasons: a policy's `@id`, or the
    name of one of Limen's own reasons. `line` is where the test stands in its file.

    `enforcing` are the `@id`s of policies that are taken to be enforced, whatever their state: so what is only watched,
    or is off, is tested before it counts. `label`, where it is said, is taken to be the app's.
    """

    title: str
    groups: frozenset[str] | None
    app: str
    action: str
    supposed: Hypothetical
    effect: Effect
    because: str = ""
    line: int = field(default=0, compare=False)
    enforcing: tuple[str, ...] = ()
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """An expectation that the policies do not meet. `because` is the expected reason, as people call it."""

    expectation: Expectation
    decision: Decision
    because: str = ""

    @property
    def what(self) -> str:
        wanted, got = self.expectation, self.decision
        because = f" by {self.because or wanted.because}" if wanted.because else ""
        reasons = ", ".join(_called(reason.policy, reason.title) for reason in got.reasons)
        is_asked_only = got.effect is Effect.CHALLENGE and got.reasons == NOTHING_PERMITS
        now = f"{_DONE[got.effect]} by {reasons}" if reasons and not is_asked_only else _DONE[got.effect]
        if got.effect is Effect.CHALLENGE and all(reason.policy == Named.NOTHING_PERMITS for reason in got.reasons):
            now = f"{_DONE[got.effect]}, because nothing permits it without"
        return f"“{wanted.title}”: expected: {_DONE[wanted.effect]}{because}; now: {now}"


def _called(policy: str, title: str) -> str:
    return f"“{title}” ({policy})" if title and title != policy else policy


def decide(
    engine: Engine,
    expectation: Expectation,
    app: App,
    networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = (),
) -> Decision:
    """What the policies say about the supposed request."""
    if expectation.label is not None:
        app = replace(app, label=expectation.label)
    now = expectation.supposed.now(engine.zone)
    person = None if expectation.groups is None else Person("supposed", groups=expectation.groups, active=True)
    facts = expectation.supposed.facts(person, app, expectation.action, now, networks)
    return engine.decide(Request(expectation.action), facts, now)


def unmet(
    engine: Engine,
    expectations: Iterable[Expectation],
    apps: Mapping[str, App],
    networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = (),
) -> Iterator[Unmet]:
    """Every expectation that the policies do not meet. Raises KeyError for an app that is not in `apps`."""
    engines: dict[tuple[str, ...], Engine] = {(): engine}
    for expectation in expectations:
        enforcing = expectation.enforcing
        if enforcing not in engines:
            engines[enforcing] = engine.enforcing(enforcing)
        decision = decide(engines[enforcing], expectation, apps[expectation.app], networks)
        named = {reason.policy for reason in decision.reasons}
        if decision.effect is not expectation.effect or (expectation.because and expectation.because not in named):
            titles = {policy.id: policy.annotations.get("title", "") for policy in engine.policies}
            yield Unmet(expectation, decision, _called(expectation.because, titles.get(expectation.because, "")))
