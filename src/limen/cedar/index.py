"""Which policies can speak about a request at all, found without looking at the others.

Policies are filed by what their scope names: resource, action, principal. Policies with the same three are compiled
into one function the first time a request needs it. For one action on one resource the functions that can apply are
looked up once and remembered; the key holds the ancestors too, so a moved entity can't meet a stale answer. Groups are
not part of it: nearly every person has their own set of them, so they are intersected with those the policies name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, product
from typing import Final, NamedTuple, TypeAlias

from limen.cedar.compile import Slice, compile_slice
from limen.cedar.errors import EvaluationError
from limen.cedar.interpret import Request, is_satisfied
from limen.cedar.policies import Policy, PolicySet, Scope
from limen.cedar.values import Entity, EntityUid, Record

REMEMBERED: Final = 8_192
"""How many triples (action, resource, type of principal) are remembered before all of them are forgotten."""


class Evaluation(NamedTuple):
    """Every policy that spoke, in the order of the text.

    Cedar's answer is allow if `permits and not forbids`; its determining policies are the forbids, or else the permits.
    `errors` are the policies that Cedar would skip, each with what went wrong: a caller that must not fail open denies.
    """

    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]

    @property
    def is_allowed(self) -> bool:
        return bool(self.permits) and not self.forbids

    @property
    def determining(self) -> tuple[str, ...]:
        return self.forbids or self.permits


def compile_policies(policies: PolicySet | Iterable[Policy], *, remembered: int = REMEMBERED) -> Compiled:
    """Files the policies; each is compiled when it is first needed. See `Compiled.evaluate`."""
    return Compiled(tuple(policies), remembered)


_Key: TypeAlias = "tuple[str | None, EntityUid | None, bool]"
"""What one scope line asks for: a type, an entity, and whether being that entity is the only way to hold."""
_ANY: Final[_Key] = (None, None, False)
_NOTHING: Final[frozenset[EntityUid]] = frozenset()


class _Part:
    """The policies of one scope, and their function once it has been needed."""

    __slots__ = ("policies", "slice")

    def __init__(self) -> None:
        self.policies: list[tuple[int, Policy]] = []
        self.slice: Slice | None = None

    def function(self) -> Slice:
        if self.slice is None:
            self.slice = compile_slice(self.policies)
        return self.slice


class _Candidates:
    """For one action on one resource by principals of one type: the functions to call, by what else they ask."""

    __slots__ = ("_always", "_by_group", "_by_name", "_groups")

    def __init__(self, principal_type: str, parts: Iterable[tuple[_Key, _Part]]) -> None:
        self._always: list[Slice] = []
        self._by_name: dict[EntityUid, list[Slice]] = {}
        self._by_group: dict[EntityUid, list[Slice]] = {}
        for (wanted_type, uid, is_equal), part in parts:
            if wanted_type not in {None, principal_type}:
                continue
            if uid is None:
                self._always.append(part.function())
                continue
            self._by_name.setdefault(uid, []).append(part.function())
            if not is_equal:
                self._by_group.setdefault(uid, []).append(part.function())
        # A set, because the intersection of two sets does not hash their members again.
        self._groups = frozenset(self._by_group)

    def of(self, principal: Entity) -> list[Slice]:
        """The functions whose principal line this principal satisfies."""
        found = self._always
        for group in self._groups & principal.ancestors:
            found = found + self._by_group[group]
        if self._by_name and principal.uid in self._by_name:
            found = found + self._by_name[principal.uid]
        return found


class Asking:
    """One principal, action and resource, and the functions of the policies that can speak about them."""

    __slots__ = ("_action", "_compiled", "_functions", "_principal", "_resource", "_spoken")

    def __init__(
        self, compiled: Compiled, principal: Entity, action: Entity, resource: Entity, functions: tuple[Slice, ...]
    ) -> None:
        self._compiled = compiled
        self._principal = principal
        self._action = action
        self._resource = resource
        self._functions = functions
        self._spoken = compiled.spoken

    def evaluate(self, context: Record, entities: Mapping[EntityUid, Entity]) -> Evaluation:
        """As `Compiled.evaluate`: every policy is evaluated anew, in this context. The hot path."""
        permits: list[int] = []
        forbids: list[int] = []
        doubts: list[int] = []
        principal, action, resource = self._principal, self._action, self._resource
        for function in self._functions:
            function(principal, action, resource, context, entities, permits, forbids, doubts)
        if not forbids and not doubts:
            spoke = self._spoken.get(tuple(permits))
            return spoke if spoke is not None else self._remember(permits)
        compiled = self._compiled
        errors: tuple[tuple[str, str], ...] = ()
        if doubts:
            request = Request(principal, action, resource, context, entities)
            errors = compiled.settle(doubts, request, permits, forbids)
        return Evaluation(compiled.ids(permits), compiled.ids(forbids), errors)

    def _remember(self, permits: list[int]) -> Evaluation:
        """How these policies are named where they alone speak: the same few sets of them do, again and again."""
        if len(self._spoken) >= REMEMBERED:
            self._spoken.clear()
        spoke = self._spoken[tuple(permits)] = Evaluation(self._compiled.ids(permits), (), ())
        return spoke


class Compiled:
    """A policy set ready to be asked, many times and from any thread."""

    __slots__ = ("_candidates", "_index", "_remembered", "policies", "spoken")

    policies: tuple[Policy, ...]
    spoken: dict[tuple[int, ...], Evaluation]
    """The words for sets of permits that have spoken alone, by their positions."""

    def __init__(self, policies: tuple[Policy, ...], remembered: int) -> None:
        self.policies = policies
        self.spoken = {}
        self._remembered = remembered
        self._candidates: dict[object, _Candidates] = {}
        self._index: dict[_Key, dict[_Key, dict[_Key, _Part]]] = {}
        for position, policy in enumerate(policies):
            scopes = (policy.resource, policy.action, policy.principal)
            for resource, action, principal in product(*map(_keys, scopes)):
                by_principal = self._index.setdefault(resource, {}).setdefault(action, {})
                by_principal.setdefault(principal, _Part()).policies.append((position, policy))

    def evaluate(
        self,
        principal: Entity,
        action: Entity,
        resource: Entity,
        context: Record,
        entities: Mapping[EntityUid, Entity],
    ) -> Evaluation:
        """Every policy that permits, forbids or errs. No lock, no clock, no input or output.

        The three entities count before those of the same name in `entities`, which is asked only where a policy follows
        a reference. Values are trusted to be Cedar's (see `limen.cedar.values`), for instance free of floats.
        """
        return self.asking(principal, action, resource).evaluate(context, entities)

    def asking(self, principal: Entity, action: Entity, resource: Entity) -> Asking:
        """The policies whose scopes these three can satisfy, ready to be asked again and again in other contexts."""
        lookup = (resource.uid, action.uid, principal.uid.type, resource.ancestors, action.ancestors)
        candidates = self._candidates.get(lookup)
        if candidates is None:
            candidates = self._find(principal.uid.type, action, resource)
            if len(self._candidates) >= self._remembered:
                self._candidates.clear()
            self._candidates[lookup] = candidates
        return Asking(self, principal, action, resource, tuple(candidates.of(principal)))

    def prepare(self) -> None:
        """Compiles everything now instead of at the first request that needs it."""
        for by_action in self._index.values():
            for by_principal in by_action.values():
                for part in by_principal.values():
                    part.function()

    def ids(self, positions: list[int]) -> tuple[str, ...]:
        if not positions:
            return ()
        if len(positions) == 1:
            return (self.policies[positions[0]].id,)
        # A policy is filed twice if its action scope lists two entities that are both in the action's ancestry.
        return tuple([self.policies[position].id for position in sorted(set(positions))])

    def settle(
        self, doubts: list[int], request: Request, permits: list[int], forbids: list[int]
    ) -> tuple[tuple[str, str], ...]:
        """Decides, slowly and exactly, about the policies that compiled code gave up on."""
        errors: list[tuple[str, str]] = []
        for position in sorted(set(doubts)):
            policy = self.policies[position]
            try:
                if is_satisfied(policy, request):
                    (permits if policy.effect == "permit" else forbids).append(position)
            except EvaluationError as error:
                errors.append((policy.id, str(error)))
        return tuple(errors)

    def _find(self, principal_type: str, action: Entity, resource: Entity) -> _Candidates:
        parts: list[tuple[_Key, _Part]] = []
        for resource_key in _matching(resource):
            by_action = self._index.get(resource_key)
            if by_action:
                for action_key in _matching(action):
                    parts += by_action.get(action_key, {}).items()
        return _Candidates(principal_type, parts)


class Joined(Compiled):
    """Several sets asked as one. What each has compiled stays its own, and serves every other set it is joined to."""

    __slots__ = ("_sets",)

    def __init__(self, *sets: Compiled) -> None:
        super().__init__((), 0)
        self.policies = tuple([policy for one in sets for policy in one.policies])
        self._sets = sets

    def asking(self, principal: Entity, action: Entity, resource: Entity) -> Asking:
        each = [one.asking(principal, action, resource) for one in self._sets]
        return _JoinedAsking(self, principal, action, resource, each)

    def prepare(self) -> None:
        for one in self._sets:
            one.prepare()


class _JoinedAsking(Asking):
    __slots__ = ("_each",)

    def __init__(self, joined: Joined, principal: Entity, action: Entity, resource: Entity, each: list[Asking]) -> None:
        super().__init__(joined, principal, action, resource, ())
        self._each = each

    def evaluate(self, context: Record, entities: Mapping[EntityUid, Entity]) -> Evaluation:
        """What each set says, in the order of the sets."""
        permits, forbids, errors = zip(*[one.evaluate(context, entities) for one in self._each], strict=True)
        return Evaluation(tuple(chain(*permits)), tuple(chain(*forbids)), tuple(chain(*errors)))


def _keys(scope: Scope) -> list[_Key]:
    """Where a scope line is filed."""
    if scope.entities is None:
        return [(scope.type, None, False)]
    return [(scope.type, uid, scope.equal) for uid in dict.fromkeys(scope.entities)]


def _matching(entity: Entity) -> list[_Key]:
    """Every file whose scope line this entity satisfies."""
    uid = entity.uid
    keys: list[_Key] = [_ANY, (uid.type, None, False), (None, uid, True)]
    for named in {uid, *entity.ancestors}:
        keys += [(None, named, False), (uid.type, named, False)]
    return keys
