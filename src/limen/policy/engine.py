"""The one pure function: policies, request and facts in, a decision out. No clock, no IO, and never a cached answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import tzinfo
from heapq import merge
from typing import Any, Final

from limen.cedar import Compiled, Joined, Policy, PolicySet, compile_policies
from limen.clock import Instant
from limen.collector import held_off
from limen.errors import LimenError
from limen.facts import ACTIONS, LIMEN, Facts
from limen.facts.access_rules import AccessRules
from limen.policy.annotations import State, is_always, reason_of, state_of
from limen.policy.cedar_view import Calendar, CedarView, view_of
from limen.policy.decision import Decision, Effect, Named, Reason, Remedies, Remedy, Request
from limen.policy.documents import WithDocuments
from limen.policy.explain import Explanation, explain
from limen.policy.remedies import search
from limen.policy.remedies.candidate_changes import PROVE_DEVICE, candidates
from limen.policy.remedies.next_change import NextChange, proof_asked_anew
from limen.policy.remedies.time_boundaries import Timed, UnforeseeableError

NOTHING_PERMITS: Final = (
    Reason(Named.NOTHING_PERMITS, "forbid", "No policy permits this", "No policy gives you this access."),
)
NOT_SIGNED_IN: Final = (Reason(Named.NOT_SIGNED_IN, "forbid", "You are not signed in", "Sign in to continue."),)
INACTIVE: Final = (Reason(Named.PERSON_INACTIVE, "forbid", "This account is not active", "Ask an administrator why."),)
FACTOR_MISSING: Final = (
    Reason(Named.FACTOR_MISSING, "forbid", "A required factor is missing", "Sign in to Limen and set it up."),
)
NOT_STARTED: Final = (
    Reason(Named.NOT_STARTED, "forbid", "The first day has not come", "Access starts on that day by itself."),
)
OPEN_TO_ENROL: Final = frozenset({"sign_in", "view"})
"""What stays open on Limen itself to whoever must set up a factor first, or has not started: signing in, and the
portal, which shows them nothing but where to set up how they sign in.
"""
ONBOARDING: Final = (
    Reason(Named.ONBOARDING, "permit", "The app is in onboarding", "Requests that would be refused are only counted."),
)
ONBOARDED: Final = frozenset(ACTIONS[:5])
"""What an app's onboarding lets pass: the actions that requests to an app can be."""
BEYOND_REMEDY: Final = frozenset(
    {Named.PERSON_INACTIVE, Named.FACTOR_MISSING, Named.NOT_STARTED, Named.POLICY_ERROR, Named.BAD_REQUEST}
)
BAD_ACTION: Final = (Reason(Named.BAD_REQUEST, "forbid", "There is no such action", ""),)


SAYINGS_KEPT: Final = 4_096
_PERMIT: Final = Effect.PERMIT
"""Reading a member of an enumeration costs as much as evaluating a small policy, and every request needs this one."""


class PolicyError(LimenError):
    """Policies that can't be put in force."""


class Engine:
    """The policies of one revision, ready to decide. It never changes; a new revision is a new engine.

    `tree` is Cedar's JSON form of a policy set whose policy ids are the `@id`s; `zone` is where `context.time` is read.
    `read` are policies of the tree that were read before, by their ids. `access` says who may ask for a grant: that is
    a remedy for nobody else (None: for whoever a grant would help).

    Raises `PolicyError` when a state is unknown or time is compared in a way whose changes can't be foreseen, and
    `limen.cedar.CedarError` when the tree is no policy set.
    """

    @held_off()
    def __init__(
        self,
        tree: Mapping[str, Any],
        revision: str,
        zone: tzinfo,
        *,
        read: Mapping[str, Timed] | None = None,
        access: AccessRules | None = None,
    ) -> None:
        read = read or {}
        self.revision = revision
        self.tree = tree
        self.zone = zone
        self.calendar = Calendar(zone)
        self._access = access
        self.policies = tuple(PolicySet.from_json(tree, {name: one.policy for name, one in read.items()}))
        self.states = {policy.id: _state(policy) for policy in self.policies}
        enforced = self.in_state(State.ENFORCE)
        watched = self.in_state(State.REPORT_ONLY)
        self._enforced = WithDocuments(compile_policies(enforced))
        self._watched = WithDocuments(compile_policies(watched)) if watched else None
        self._reasons = {policy.id: reason_of(policy) for policy in self.policies}
        self._always = frozenset([policy.id for policy in enforced if policy.effect == "forbid" and is_always(policy)])
        self._sayings: dict[tuple[str, ...], tuple[Reason, ...]] = {}
        self._timed = {policy.id: read.get(policy.id) or _timed(policy) for policy in enforced}
        self._alone: dict[str, Compiled] = {}
        self._next_change = _next_change(enforced, self._timed, self.calendar)

    @property
    def enforced(self) -> Compiled:
        """The policies that count, compiled: what they say by themselves, without what Limen adds to it."""
        return self._enforced

    @property
    def names_documents(self) -> bool:
        """Whether any policy that counts says something of documents."""
        return self._enforced.names_documents

    def in_state(self, state: State) -> tuple[Policy, ...]:
        return tuple(policy for policy in self.policies if self.states[policy.id] is state)

    def enforcing(self, policies: Iterable[str]) -> Engine:
        """The same policies, these enforced; the engine itself where they are already. Unknown ids change nothing.

        What was read and compiled once is shared, so that many such engines of few policies each cost little.
        Raises `PolicyError` as the engine itself would.
        """
        wanted = sorted({one for one in policies if self.states.get(one, State.ENFORCE) is not State.ENFORCE})
        if not wanted:
            return self
        bodies = self.tree["staticPolicies"]
        more = {policy.id: policy for policy in self.policies if policy.id in wanted}
        states = {**self.states, **dict.fromkeys(wanted, State.ENFORCE)}
        enforced = tuple([policy for policy in self.policies if states[policy.id] is State.ENFORCE])
        timed = {**self._timed, **{one: _timed(more[one]) for one in wanted}}
        other = copy(self)
        vars(other).update(
            tree={**self.tree, "staticPolicies": {**bodies, **{one: _without_state(bodies[one]) for one in wanted}}},
            states=states,
            _enforced=WithDocuments(Joined(self._enforced.every, *[self._compiled_alone(more[one]) for one in wanted])),
            _always=frozenset([one.id for one in enforced if one.effect == "forbid" and is_always(one)]),
            _timed=timed,
            _next_change=_next_change(enforced, timed, self.calendar),
        )
        return other

    def prepare(self) -> None:
        """Compile everything now instead of at the first request that needs it."""
        with held_off():
            self._enforced.prepare()
            if self._watched is not None:
                self._watched.prepare()

    def decide(self, request: Request, facts: Facts, now: Instant) -> Decision:
        """The answer to `request` under `facts` at `now`. It never raises: what can't be evaluated is a deny."""
        seen = facts.derived.seen or view_of(facts)
        effect, reasons = self._answer(request, seen, now)
        at_once: tuple[Remedy, ...] = ()
        if effect is not _PERMIT:
            at_once = tuple(self._each_at_once(reasons, request, seen, now))
            effect = Effect.CHALLENGE if at_once else effect
        watched = () if self._watched is None else self._watch(request, seen, now, effect)
        return Decision(effect, reasons, at_once, watched, request, facts, now, self.revision, self)

    def answer(self, request: Request, seen: CedarView, now: Instant) -> tuple[Effect, tuple[Reason, ...]]:
        """The effect that `decide` comes to, and who spoke, with nothing else: for whoever asks by the ten thousand."""
        effect, reasons = self._answer(request, seen, now)
        if effect is not _PERMIT and any(self._each_at_once(reasons, request, seen, now)):
            return Effect.CHALLENGE, reasons
        return effect, reasons

    def valid_until(self, request: Request, facts: Facts, now: Instant) -> Instant | None:
        """The next instant at which time alone changes the effect; None if it never does."""
        seen = view_of(facts)
        effect = self.answer(request, seen, now)[0]
        for at in merge(self._next_change.ahead(request, seen, now).instants(), self._of_person(seen, now)):
            if self.answer(request, seen, at)[0] is not effect:
                return at
        return None

    def unchanged_until(self, request: Request, facts: Facts, now: Instant) -> Instant | None:
        """An instant before which time does not change the effect; None if it never does. See `Decision`."""
        seen = view_of(facts)
        known = [self._next_change.unchanged_until(request, seen, now), *self._of_person(seen, now)]
        if self._answer(request, seen, now)[0] is not _PERMIT:
            known += [at for at in proof_asked_anew(seen) if now < at]
        return min([at for at in known if at is not None], default=None)

    def remedies(self, request: Request, facts: Facts, now: Instant) -> Remedies:
        """What would turn a denied request, as smallest sets; () where nothing that this person can do would."""
        seen = view_of(facts)
        reasons = self._answer(request, seen, now)[1]
        if not facts.person.id or reasons[0].policy in BEYOND_REMEDY:
            return ()
        may_ask = self.may_ask_for_grant(request, facts)
        return search.remedies(
            self._enforced, self._next_change, self.calendar, request, seen, now, may_ask_for_grant=may_ask
        )

    def may_ask_for_grant(self, request: Request, facts: Facts) -> bool:
        """Whether some rule lets this person ask for this; whether a grant would help them is another question."""
        return self._access is None or self._access.may_ask(facts.person, facts.app, request.action)

    @property
    def access(self) -> AccessRules | None:
        """Who may ask for a grant; None: whoever a grant would help."""
        return self._access

    def asked_by_anyone(self) -> Engine:
        """The same policies where anyone may ask for a grant, and so may have one, whatever rules say of asking now."""
        other = copy(self)
        vars(other).update(_access=None)
        return other

    def explain(self, request: Request, facts: Facts, now: Instant) -> Explanation:
        """The same answer with everything it was made of: every policy considered, every value it saw."""
        decision = self.decide(request, facts, now)
        asked = view_of(facts).asked(request, now, self.calendar)
        policies = [(policy, self.states[policy.id], self._reasons[policy.id]) for policy in self.policies]
        return explain(decision, policies, asked)

    def _compiled_alone(self, policy: Policy) -> Compiled:
        if policy.id not in self._alone:
            self._alone[policy.id] = compile_policies((policy,))
        return self._alone[policy.id]

    # What the policies say

    def _answer(self, request: Request, seen: CedarView, now: Instant) -> tuple[Effect, tuple[Reason, ...]]:
        """Permit or deny; remedies are not looked for yet."""
        if seen.is_inactive or (seen.ends_at and now >= seen.ends_at):
            return Effect.DENY, INACTIVE
        if seen.must_enrol_at and now >= seen.must_enrol_at and not _is_open_to_enrol(request, seen):
            return Effect.DENY, FACTOR_MISSING
        if seen.first_day and now < self.calendar.beginning(seen.first_day) and not _is_open_to_enrol(request, seen):
            return Effect.DENY, NOT_STARTED
        spoke = seen.ask(self._enforced, request, now, self.calendar.at(now))
        if spoke is None:
            return Effect.DENY, BAD_ACTION
        permits, forbids, errors = spoke
        if errors:
            return Effect.DENY, self._policy_errors(errors, forbids)
        if not seen.is_somebody and (forbids or not permits):
            return Effect.DENY, NOT_SIGNED_IN  # a stranger learns nothing of the policies
        if forbids:
            return self._refused(self._said(forbids), request, seen, now)
        if permits:
            return _PERMIT, self._sayings.get(permits) or self._said(permits)
        return self._refused(NOTHING_PERMITS, request, seen, now)

    def _refused(
        self, reasons: tuple[Reason, ...], request: Request, seen: CedarView, now: Instant
    ) -> tuple[Effect, tuple[Reason, ...]]:
        """A person whom policies refuse; they pass while the app is in onboarding, and the reasons say why they would
        not. Programs with tokens don't; strangers, the inactive and policies that can't be evaluated never come here.
        """
        if not seen.facts.app.is_onboarding(now) or request.action not in ONBOARDED or seen.facts.auth.by_token:
            return Effect.DENY, reasons
        if any(reason.policy in self._always for reason in reasons):
            return Effect.DENY, reasons
        return _PERMIT, ONBOARDING + reasons

    def _said(self, policies: tuple[str, ...]) -> tuple[Reason, ...]:
        """The reasons of these policies; few sets of them ever speak together, so their words are kept."""
        said = self._sayings.get(policies)
        if said is None:
            if len(self._sayings) >= SAYINGS_KEPT:
                self._sayings.clear()
            said = self._sayings[policies] = tuple([self._reasons[policy] for policy in policies])
        return said

    def _policy_errors(self, errors: tuple[tuple[str, str], ...], forbids: tuple[str, ...]) -> tuple[Reason, ...]:
        """Cedar skips a policy that errs, so a forbid could vanish; here an error of any enforced policy is a deny."""
        named = [
            Reason(Named.POLICY_ERROR, "forbid", f"The policy {policy} could not be evaluated", f"{policy}: {message}")
            for policy, message in errors
        ]
        return (*named, *[self._reasons[policy] for policy in forbids])

    def _watch(self, request: Request, seen: CedarView, now: Instant, effect: Effect) -> tuple[Reason, ...]:
        """Which policies in state report-only would have changed the answer, each by itself."""
        said = None if self._watched is None else seen.ask(self._watched, request, now, self.calendar.at(now))
        if said is None:
            return ()
        permits, forbids, errors = said
        spoke = forbids if effect is _PERMIT else permits
        failed = [Reason(policy, "error", self._reasons[policy].title, message) for policy, message in errors]
        told = (*[self._reasons[policy] for policy in spoke], *failed)
        return tuple([one for one in told if self.states[one.policy] is State.REPORT_ONLY])  # see `enforcing`

    def _of_person(self, seen: CedarView, now: Instant) -> list[Instant]:
        """When something else opens to whoever asks, whatever the policies say: on their first day, when they must have
        set up a factor, and when the account ends; as far as that is ahead, the next first.
        """
        first_day = self.calendar.beginning(seen.first_day) if seen.first_day else 0
        return sorted({at for at in (first_day, seen.must_enrol_at, seen.ends_at) if at > now})

    # What would turn a refusal

    def _each_at_once(
        self, reasons: tuple[Reason, ...], request: Request, seen: CedarView, now: Instant
    ) -> Iterator[Remedy]:
        """What the browser can do now, the best first, each tried only when it is asked for."""
        if reasons[0].policy in BEYOND_REMEDY:
            return
        if not seen.is_somebody:
            yield from search.SIGN_IN if request.action != "sign_in" else ()
            return
        for remedy, auth in candidates(seen.facts.auth, now):
            if self._answer(request, seen.proved(auth), now)[0] is _PERMIT:
                yield remedy
        bound = seen.bound_again(now)
        if bound is not None and self._answer(request, bound, now)[0] is _PERMIT:
            yield PROVE_DEVICE


def _is_open_to_enrol(request: Request, seen: CedarView) -> bool:
    return seen.facts.app.id == LIMEN and request.action in OPEN_TO_ENROL


def _state(policy: Policy) -> State:
    try:
        return state_of(policy)
    except ValueError:
        raise PolicyError(f"policy {policy.id}: there is no such @state", "use off, report-only or enforce") from None


def _next_change(enforced: tuple[Policy, ...], timed: Mapping[str, Timed], calendar: Calendar) -> NextChange:
    edges = {policy.id: found for policy in enforced if (found := timed[policy.id].boundaries)}
    return NextChange(enforced, edges, calendar)


def _without_state(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "annotations": {name: text for name, text in body["annotations"].items() if name != "state"}}


def _timed(policy: Policy) -> Timed:
    try:
        return Timed.of(policy)
    except UnforeseeableError as error:
        raise PolicyError(
            f"policy {policy.id} {error}",
            "compare context.now or context.auth.at with a fixed date or duration",
        ) from None
