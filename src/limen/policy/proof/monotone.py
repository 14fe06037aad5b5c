"""Proves that no worse or unknown fact widens access, policy by policy, over the constants that each compares with.

A permit that holds under worse facts must hold under better ones; a forbid that holds under better facts must hold
under worse ones. An error is a refusal, so it may not appear only under better facts either. Where every enforced
policy keeps to this, the whole answer does. Watched policies are held to it as well: they are to be enforced one day.

First the form of a policy is looked at, which settles nearly all of them. Where it can't tell, every combination of
values that this policy tells apart is evaluated. A finding carries two worlds that differ in one noun: the worse
passes and the better does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, TypeAlias, TypeGuard

from limen.cedar import (
    Compiled,
    Datetime,
    Duration,
    Policy,
    Record,
    Scope,
    compile_policies,
    expression_text,
    value_text,
)
from limen.cedar.literals import format_duration
from limen.clock import Instant
from limen.facts import Facts
from limen.policy.annotations import State, state_of
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Request
from limen.policy.proof.direction import Way, way_of
from limen.policy.proof.order import are_values_no_better
from limen.policy.proof.suggested_fixes import EXEMPT, mended
from limen.policy.scenarios.boundaries import paths_read
from limen.policy.scenarios.scenarios import Scenario, TooManyError, action_of, scenarios_of, time_of
from limen.policy.scenarios.states import States

MOST_WORLDS: Final = 30_000
"""How many combinations of facts are evaluated for one policy."""
MOST_VALUES: Final = 100
"""Of more values of one fact, it is that fact and not their combination that is too much to prove."""
LISTING: Final = 2_000
"""What it counts for to find out that one policy has too many."""
MOST_TOGETHER: Final = 150_000
"""… and for all policies of one proof, mends included."""


@dataclass(frozen=True, slots=True)
class World:
    """One question to the engine, in UTC. `is_real` is false for what the engine doesn't decide yet."""

    request: Request
    facts: Facts
    now: Instant
    is_real: bool


@dataclass(frozen=True, slots=True)
class Widening:
    """A fact that opens where it is worse: `path` is `worse`, as Cedar writes it, in `passing`, `better` in `refused`.

    `what` says so in a sentence, and `fix` what to write instead.
    """

    policy: str
    path: str
    what: str
    fix: str
    worse: str
    better: str
    passing: World
    refused: World


@dataclass(frozen=True, slots=True)
class Unproven:
    """A policy about which neither is shown: that it keeps to the order, or that it doesn't."""

    policy: str
    path: str
    what: str
    fix: str


Finding: TypeAlias = Widening | Unproven


@dataclass(frozen=True, slots=True)
class Exemption:
    """A policy with `@allow_unknown("why")`. `is_needed`: without it there would be a finding."""

    policy: str
    why: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found in some policies; without findings no worse fact widens access, but for the exemptions."""

    findings: tuple[Finding, ...]
    exemptions: tuple[Exemption, ...]


def prove(policies: Iterable[Policy]) -> Proof:
    """Look at every policy that is not off."""
    budget = _Budget(MOST_TOGETHER)
    findings: list[Finding] = []
    exemptions: list[Exemption] = []
    for policy in policies:
        if state_of(policy) is State.OFF:
            continue
        why = policy.annotations.get("allow_unknown")
        if why:
            exemptions.append(Exemption(policy.id, why, is_needed=any(True for _ in _find(policy, budget))))
        else:
            findings += _with_mends(policy, budget)
    return Proof(tuple(findings), tuple(exemptions))


@dataclass(slots=True)
class _Budget:
    """How many worlds may still be evaluated."""

    worlds: int

    def takes(self, worlds: int) -> bool:
        self.worlds -= worlds
        return self.worlds >= 0


def _with_mends(policy: Policy, budget: _Budget) -> Iterator[Finding]:
    found = list(_find(policy, budget))
    paths = {one.path for one in found}
    for one in found:
        yield replace(one, fix=mended(policy, one.path, _mends(one.path, paths, budget))) if is_widening(one) else one


def _mends(path: str, paths: set[str], budget: _Budget) -> Callable[[Policy], bool]:
    """Is this fact no longer among what is found, and nothing else in its place?"""
    return lambda policy: {one.path for one in _find(policy, budget)} <= paths - {path}


def is_widening(finding: Finding) -> TypeGuard[Widening]:
    return isinstance(finding, Widening)


def _find(policy: Policy, budget: _Budget) -> Iterator[Finding]:
    """At most one finding for each fact; nothing where the policy keeps to the order."""
    if way_of(policy) in {Way.STILL, Way.UP if policy.effect == "permit" else Way.DOWN}:
        return
    read = {path for condition in policy.conditions for path in paths_read(condition.body)}
    facts = [path for path in ATTRIBUTES.table.order if any(path == one or path.startswith(one + ".") for one in read)]
    if not facts:
        return
    if budget.worlds < 0:
        what = "it was not proven that no worse fact widens access here, because the policies before it took too long"
        yield Unproven(policy.id, facts[0], what, f"fix those first, {EXEMPT}")
        return
    found = States.under((policy,))
    try:
        settings = _settings(policy, found, budget)
    except TooManyError:
        budget.takes(LISTING)
        yield _too_many(policy, facts[0], found)
        return
    is_clean = True
    for finding in _first_of_each_fact(policy, settings, read):
        is_clean = False
        yield finding
    untold = (*found.boundaries.unbounded, *found.boundaries.open_ended)
    if is_clean and untold:
        why = expression_text(untold[0])[:200]
        what = f"it can't be proven that no worse fact widens access here, because of `{why}`"
        yield Unproven(policy.id, facts[0], what, f"compare each fact with a constant, {EXEMPT}")


def _too_many(policy: Policy, fact: str, found: States) -> Unproven:
    """Says which fact is compared with too many values, where it is one alone."""
    texts = found.boundaries.texts.items()
    short, values = max(texts, key=lambda one: len(one[1]), default=("", frozenset[str]()))
    if len(values) > MOST_VALUES:
        path = ATTRIBUTES[short].cedar
        what = f"this policy compares `{path}` with {len(values)} values, too many to prove that none widens access"
        kind = "when" if policy.effect == "permit" else "unless"
        fix = f'list what is allowed instead: `{kind} {{ ["…"].contains({path}) }}`, {EXEMPT}'
        return Unproven(policy.id, path if path in ATTRIBUTES.table.order else fact, what, fix)
    what = "this policy tells too many combinations of facts apart to prove that no worse fact widens access"
    return Unproven(policy.id, fact, what, f"split it into policies that each read fewer facts, {EXEMPT}")


def _settings(policy: Policy, found: States, budget: _Budget) -> list[Scenario]:
    settings: list[Scenario] = []
    worlds = 0
    for setting in scenarios_of(policy, found):
        worlds += setting.size
        if worlds > MOST_WORLDS:
            raise TooManyError
        settings.append(setting)
    if not budget.takes(worlds):
        raise TooManyError
    return settings


def _first_of_each_fact(policy: Policy, settings: list[Scenario], read: set[str]) -> Iterator[Widening]:
    anybody = Scope()
    compiled = compile_policies((replace(policy, principal=anybody, action=anybody, resource=anybody),))
    seen: set[str] = set()
    for setting in settings:
        for finding in _in_setting(policy, compiled, setting, read):
            if finding.path not in seen:
                seen.add(finding.path)
                yield finding


def _in_setting(policy: Policy, compiled: Compiled, setting: Scenario, read: set[str]) -> Iterator[Widening]:
    nouns = list(setting.states)
    ranges = [range(len(setting.states[noun])) for noun in nouns]
    levels = {where: _level(policy, compiled, setting, nouns, where) for where in product(*ranges)}
    for axis, noun in enumerate(nouns):
        others = [*ranges[:axis], range(1), *ranges[axis + 1 :]]
        for worse, better in _pairs(setting, noun, read):
            for where in product(*others):
                one = (*where[:axis], worse, *where[axis + 1 :])
                other = (*where[:axis], better, *where[axis + 1 :])
                if levels[one] > levels[other]:
                    yield _widening(policy, setting, noun, (one, other), read, errs=levels[other] == _ERROR)
                    break
            else:
                continue
            break


_ERROR: Final = -1


def _level(policy: Policy, compiled: Compiled, setting: Scenario, nouns: list[str], where: tuple[int, ...]) -> int:
    """How much the policy gives: an error refuses all, a forbid that holds as well, a permit that holds opens."""
    context: Record = {noun: setting.records[noun][index] for noun, index in zip(nouns, where, strict=True)}
    context["time"] = time_of(setting)
    context["now"] = Datetime(setting.now)
    context["request"] = {"method": setting.request.method, "route": setting.request.route}
    found = compiled.evaluate(setting.principal, action_of(setting), setting.resource, context, {})
    if found.errors:
        return _ERROR
    if policy.effect == "permit":
        return 1 if found.permits else 0
    return _ERROR if found.forbids else 0


def _pairs(setting: Scenario, noun: str, read: set[str]) -> list[tuple[int, int]]:
    """Every two states of a noun that can be compared, first those that differ in the least that the policy reads."""
    states = setting.states[noun]
    pairs = [
        (worse, better)
        for worse, better in product(range(len(states)), repeat=2)
        if worse != better and are_values_no_better(states[worse], states[better])
    ]
    return sorted(pairs, key=lambda pair: len(_differing(setting, noun, pair, read)))


def _differing(setting: Scenario, noun: str, pair: tuple[int, int], read: set[str]) -> list[str]:
    one, other = (setting.records[noun][index] for index in pair)
    attributes = [attribute for attribute in {**one, **other} if one.get(attribute) != other.get(attribute)]
    paths = [f"context.{noun}.{attribute}" for attribute in attributes]
    return [path for path in paths if path in read] or paths


def _widening(
    policy: Policy,
    setting: Scenario,
    noun: str,
    places: tuple[tuple[int, ...], tuple[int, ...]],
    read: set[str],
    *,
    errs: bool,
) -> Widening:
    nouns = list(setting.states)
    axis = nouns.index(noun)
    pair = (places[0][axis], places[1][axis])
    differing = _differing(setting, noun, pair, read)
    path = next((one for one in differing if not one.endswith(".known")), differing[0])
    worse, better = (_shown(setting.records[noun][index].get(path.rsplit(".", 1)[1]), setting.now) for index in pair)
    passing, refused = (
        World(
            setting.request,
            setting.facts(dict(zip(nouns, where, strict=True))),
            setting.now,
            setting.is_real,
        )
        for where in places
    )
    if policy.effect == "permit":
        ends = "can't be evaluated" if errs else "does not"
        what = f"a worse fact widens access: at {path} {worse} this permit holds, at the better {better} it {ends}"
    else:
        what = f"a worse fact widens access: {path} {worse} passes this forbid, and the better {better} does not"
    return Widening(policy.id, path, what, EXEMPT, worse, better, passing, refused)


def _shown(value: Any, now: Instant) -> str:
    if value is None:
        return "(not known)"
    if isinstance(value, Datetime):
        if int(value) in (0, now):
            return "now" if value else "(never)"
        return f"{format_duration(Duration(abs(now - value)))} {'ago' if value <= now else 'ahead'}"
    return value_text(value)
