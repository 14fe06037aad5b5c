"""What time will change for one request: the policies in question, and the instants at which they may speak otherwise.

`Foresight.ahead` is exact however far ahead and whatever the policies compare the clock with, and takes its time.
`Foresight.coming` is for refusals, which must stay quick: hours, weekdays, dates and ages are solved and not searched
for; only what can't be solved is left to the exact way, and then no further than some hundred instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeAlias

from limen.cedar import EvaluationError, Policy, Record, expression_text
from limen.cedar.interpret import Request as CedarRequest, evaluate
from limen.cedar.tree import Attribute, Binary, Call, Expression, Literal, Var, constant, descend
from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.policy.decision import Request
from limen.policy.edges import Ahead, Clock, Edge, Moving, Value
from limen.policy.moves import JUST_PROVED, Reads, all_reads, reads_of, strongest
from limen.policy.seen import ACTION_ENTITIES, Calendar, Seen

COME_BACK: Final[Milliseconds] = 8 * DAY
"""How far ahead a person is told to come back: a week, and a day for a changed clock."""
MOST_EDGES: Final = 48
"""With more comparisons that can't be solved, a refusal does not look for when to come back."""
MOST_INSTANTS: Final = 96
"""How many instants a refusal looks at for when to come back."""
REMEMBERED: Final = 4_096
"""For how many pairs of action and app the policies in question are remembered before all are forgotten."""

Linear: TypeAlias = "tuple[int, int]"
"""`a * now + b`, as (a, b)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the comparisons of some policies flip. `minutes`: of the day. `solved` are linear in the clock, by text
    (which is quicker to compare than trees). `is_steady`: after a proof that is given then, none of them flips.
    """

    minutes: frozenset[int] = frozenset()
    is_weekly: bool = False
    solved: Mapping[str, Binary] = field(default_factory=dict)
    odd: tuple[Edge, ...] = ()
    is_steady: bool = False


class InQuestion:
    """The policies that can speak about one person's action on one app, and what about them can change.

    `permits` are the ids of those that permit, `timely` of those that read a clock, and `timely_when_proved` of those
    that do so in another way than to ask how young a proof is, which is new whenever it is given.
    """

    __slots__ = ("edges", "marks", "permits", "reads", "timely", "timely_when_proved")

    def __init__(
        self,
        policies: Iterable[Policy],
        reads: Reads,
        edges: Mapping[str, tuple[Edge, ...]],
        marks: Marks,
        steady: Iterable[str],
    ) -> None:
        self.permits = frozenset([policy.id for policy in policies if policy.effect == "permit"])
        self.timely = frozenset(edges)
        self.timely_when_proved = self.timely.difference(steady)
        self.reads = reads
        self.edges = tuple([edge for found in edges.values() for edge in found])
        self.marks = marks


class Foresight:
    """The enforced policies of one engine, with the comparisons of each that read a clock."""

    def __init__(self, enforced: Iterable[Policy], edges: Mapping[str, tuple[Edge, ...]], calendar: Calendar) -> None:
        self._enforced = tuple(enforced)
        self._edges = edges
        self._calendar = calendar
        self._about: dict[tuple[str, str], tuple[Policy, ...]] = {}
        self._known: dict[str, tuple[Reads, Marks]] = {}
        self._together: dict[tuple[str, ...], InQuestion] = {}

    def in_question(self, request: Request, seen: Seen) -> InQuestion:
        """The policies whose scopes hold."""
        principal = seen.principal
        found = [
            policy
            for policy in self._policies_about(request, seen)
            if policy.principal.holds(principal.uid, principal.ancestors)
        ]
        key = tuple([policy.id for policy in found])
        together = self._together.get(key)
        if together is None:
            if len(self._together) >= REMEMBERED:
                self._together.clear()
            together = self._together[key] = self._put_together(found)
        return together

    def ahead(self, request: Request, seen: Seen, now: Instant) -> Ahead:
        """Everything that time may change for this request, whatever the answer is now."""
        moving = dict.fromkeys(self._moving(request, seen, self.in_question(request, seen).edges))
        known = _known_ends(seen)
        if seen.facts.person.id and seen.facts.auth.strength:
            known.append(seen.facts.auth.at + JUST_PROVED)
        return Ahead(tuple(moving), self._calendar, now, tuple(known))

    def coming(self, about: InQuestion, request: Request, seen: Seen, now: Instant) -> list[Instant]:
        """Instants within `COME_BACK` at which the answer may change, ascending, the next `MOST_INSTANTS` of them."""
        end = now + COME_BACK
        found = {at for at in _known_ends(seen) if now < at <= end}
        marks = about.marks
        context = seen.context(request, now, self._calendar.at(now)) if marks.solved else {}
        for comparison in marks.solved.values():
            found |= {at for at in _flips(comparison, context) if now < at <= end}
        if marks.minutes or marks.is_weekly:
            found |= {at for at in self._days(marks, now) if now < at <= end}
        if marks.odd:
            moving = dict.fromkeys(self._moving(request, seen, marks.odd))
            if len(moving) <= MOST_EDGES:
                ahead = Ahead(tuple(moving), self._calendar, now, tuple(found))
                found |= set(islice(ahead.instants(end), MOST_INSTANTS))
        return sorted(found)[:MOST_INSTANTS]

    # The policies in question

    def _policies_about(self, request: Request, seen: Seen) -> tuple[Policy, ...]:
        key = (request.action, seen.resource.uid.id)
        found = self._about.get(key)
        if found is None:
            action, resource = ACTION_ENTITIES.get(request.action), seen.resource
            if len(self._about) >= REMEMBERED:
                self._about.clear()
            found = self._about[key] = tuple(
                [
                    policy
                    for policy in self._enforced
                    if action is not None
                    and policy.action.holds(action.uid, action.ancestors)
                    and policy.resource.holds(resource.uid, resource.ancestors)
                ]
            )
        return found

    def _put_together(self, policies: list[Policy]) -> InQuestion:
        reads: list[Reads] = []
        minutes: set[int] = set()
        solved: dict[str, Binary] = {}
        odd: list[Edge] = []
        is_weekly = False
        steady: list[str] = []
        for policy in policies:
            known = self._known.get(policy.id)
            if known is None:
                known = self._known[policy.id] = (reads_of(policy), _marks(self._edges.get(policy.id, ())))
            reads.append(known[0])
            marks = known[1]
            minutes |= marks.minutes
            is_weekly = is_weekly or marks.is_weekly
            solved.update(marks.solved)
            odd += marks.odd
            if marks.is_steady:
                steady.append(policy.id)
        edges = {policy.id: self._edges[policy.id] for policy in policies if policy.id in self._edges}
        marks = Marks(frozenset(minutes), is_weekly, solved, tuple(odd))
        return InQuestion(policies, all_reads(reads), edges, marks, steady)

    # Exactly, and slowly

    def _moving(self, request: Request, seen: Seen, edges: Iterable[Edge]) -> Iterator[Moving]:
        as_is, proved = self._worlds(request, seen)
        for edge in edges:
            if edge.clocks != {Clock.PROOF}:
                yield edge, as_is
            if Clock.PROOF in edge.clocks and seen.facts.person.id:
                yield edge, proved

    def _worlds(self, request: Request, seen: Seen) -> tuple[Value, Value]:
        """How to evaluate an expression at an instant: under the facts as they are, and after a proof given then."""
        action = ACTION_ENTITIES.get(request.action, ACTION_ENTITIES["view"])

        def value(world: Seen, node: Expression, at: Instant) -> object:
            context = world.context(request, at, self._calendar.at(at))
            try:
                return evaluate(node, CedarRequest(world.principal, action, world.resource, context, {}))
            except (EvaluationError, RecursionError):
                return None

        def as_is(node: Expression, at: Instant) -> object:
            return value(seen, node, at)

        def proved(node: Expression, at: Instant) -> object:
            return value(seen.proved(strongest(seen.facts.auth, at)), node, at)

        return as_is, proved

    # Hours and weekdays

    def _days(self, marks: Marks, now: Instant) -> Iterator[Instant]:
        """The minutes of the coming days, and their midnights."""
        local = self._calendar.local(now)
        midnight = _instant(local, 0, 0)
        for day in range(COME_BACK // DAY + 1):
            following = self._calendar.midnight_after(midnight)
            yield following
            if following - midnight == DAY:
                yield from [midnight + minute * MINUTE for minute in marks.minutes]
            else:  # the clock changes on this day: a minute may come twice, or the change itself may skip it
                yield self._clock_change(midnight, following)
                for minute in marks.minutes:
                    yield from (_instant(local + timedelta(days=day), minute, fold) for fold in (0, 1))
            midnight = following

    def _clock_change(self, low: Instant, high: Instant) -> Instant:
        before = self._calendar.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._calendar.offset(middle) == before else (low, middle)
        return high


def _instant(day: datetime, minute: int, fold: int) -> Instant:
    moment = day.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=fold)
    return int(moment.timestamp()) * 1000


def _known_ends(seen: Seen) -> list[Instant]:
    return [grant.until for grant in seen.facts.grants]


# Comparisons that can be solved

_NOW: Final = Attribute(Var("context"), "now")
_PROOF: Final = Attribute(Attribute(Var("context"), "auth"), "at")
_FLIPS: Final = {">=": (0,), "<": (0,), ">": (1,), "<=": (1,), "==": (0, 1), "!=": (0, 1)}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def _marks(edges: tuple[Edge, ...]) -> Marks:
    minutes: set[int] = set()
    is_weekly = False
    solved: dict[str, Binary] = {}
    odd: list[Edge] = []
    for edge in edges:
        node = edge.comparison
        minute = _minute(node)
        if minute is not None:
            minutes |= {one for one in minute if 0 <= one < 1440}
            is_weekly = True
        elif isinstance(node, Binary) and edge.clocks == {Clock.WEEKDAY}:
            is_weekly = True
        elif edge.clocks <= {Clock.NOW, Clock.PROOF} and isinstance(node, Binary) and _is_linear(node):
            solved[expression_text(node)] = node
        else:
            odd.append(edge)
    is_steady = bool(solved) and not (minutes or is_weekly or odd) and all(map(_is_steady, solved.values()))
    return Marks(frozenset(minutes), is_weekly, solved, tuple(odd), is_steady)


def _is_steady(comparison: Binary) -> bool:
    """Whether it asks only how long ago the proof was: then it says the same of every proof that is given just then."""
    left, right = _linear(comparison.left, {}, 1), _linear(comparison.right, {}, 1)
    return left is not None and right is not None and left[0] == right[0]


def _minute(node: Expression) -> list[int] | None:
    """The minutes of the day at which `context.time.minute < 420` and its like flip."""
    if not isinstance(node, Binary) or node.operator not in _FLIPS:
        return None
    left, operator, right = node.left, node.operator, node.right
    if isinstance(left, Literal):
        left, operator, right = right, _MIRRORED[operator], left
    if left != Attribute(Attribute(Var("context"), "time"), "minute") or not isinstance(right, Literal):
        return None
    return [right.value + after for after in _FLIPS[operator]] if type(right.value) is int else None


def _is_linear(node: Binary) -> bool:
    """Only sums and differences of instants and lengths, so that the instant of the flip can be computed."""
    return node.operator in _FLIPS and all(_is_sum(part) for part in (node.left, node.right))


def _is_sum(node: Expression) -> bool:
    if isinstance(node, Call):
        if node.name in {"durationSince", "offset"}:
            return all(_is_sum(part) for part in node.arguments)
        return constant(node) is not None or (node.name == "toMilliseconds" and _is_sum(node.arguments[0]))
    if isinstance(node, Literal):
        return type(node.value) is int
    while isinstance(node, Attribute):
        node = node.base
    return node == Var("context")


def _flips(comparison: Binary, context: Record) -> Iterator[Instant]:
    """When it flips under the facts as they are, and when under a proof given then."""
    proofs = (0, 1) if any(part == _PROOF for part in descend(comparison)) else (0,)
    for proof in proofs:
        left, right = _linear(comparison.left, context, proof), _linear(comparison.right, context, proof)
        if left is None or right is None or left[0] == right[0]:
            continue
        slope, rest = left[0] - right[0], right[1] - left[1]
        at = rest // slope
        yield from (at, at + 1)


def _linear(node: Expression, context: Record, proof: int) -> Linear | None:
    if node == _NOW:
        return 1, 0
    if proof and node == _PROOF:
        return 1, 0
    if isinstance(node, Call) and len(node.arguments) == 2:
        parts = [_linear(part, context, proof) for part in node.arguments]
        one, other = parts
        if one is None or other is None:
            return None
        sign = -1 if node.name == "durationSince" else 1
        return one[0] + sign * other[0], one[1] + sign * other[1]
    if isinstance(node, Call) and node.name == "toMilliseconds":
        return _linear(node.arguments[0], context, proof)
    value = constant(node) if isinstance(node, Call) else _looked_up(node, context)
    return (0, int(value)) if isinstance(value, int) else None


def _looked_up(node: Expression, context: Record) -> object:
    if isinstance(node, Literal):
        return node.value
    names = []
    while isinstance(node, Attribute):
        names.append(node.name)
        node = node.base
    value: object = context
    for name in reversed(names):
        value = value.get(name) if isinstance(value, dict) else None
    return value
