"""What time will change for one request: the policies in question, and the instants at which they may speak otherwise.

`Foresight.ahead` is exact however far ahead and whatever the policies compare the clock with, and takes its time.
`Foresight.coming` is for refusals, which must stay quick: hours, weekdays, dates and ages are solved and not searched
for; only what can't be solved is left to the exact way, and then no further than some hundred instants.
`Foresight.unchanged_until` is for what stays open: the next instant that might matter, and never one too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from limen.cedar import EvaluationError, Policy
from limen.cedar.interpret import evaluate
from limen.cedar.tree import Expression
from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.policy.decision import Request
from limen.policy.remedies.candidate_changes import JUST_PROVED, Reads, all_reads, reads_of, strongest
from limen.policy.remedies.solved_times import Marks, flips, marks_of
from limen.policy.remedies.time_boundaries import Ahead, Clock, Edge, Moving, Value
from limen.policy.scenarios.linear_time import Sum
from limen.policy.seen import ACTION_ENTITIES, Calendar, Seen

COME_BACK: Final[Milliseconds] = 8 * DAY
"""How far ahead a person is told to come back: a week, and a day for a changed clock."""
MOST_EDGES: Final = 48
"""With more comparisons that can't be solved, a refusal does not look for when to come back."""
MOST_INSTANTS: Final = 96
"""How many instants a refusal looks at for when to come back."""
REMEMBERED: Final = 4_096
"""For how many pairs of action and app the policies in question are remembered before all are forgotten."""


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
            found |= {at for at in flips(comparison, context) if now < at <= end}
        if marks.minutes or marks.is_weekly:
            found |= {at for at in self._days(marks, now) if now < at <= end}
        if marks.odd:
            moving = dict.fromkeys(self._moving(request, seen, marks.odd))
            if len(moving) <= MOST_EDGES:
                ahead = Ahead(tuple(moving), self._calendar, now, tuple(found))
                found |= set(islice(ahead.instants(end), MOST_INSTANTS))
        return sorted(found)[:MOST_INSTANTS]

    def unchanged_until(self, request: Request, seen: Seen, now: Instant) -> Instant | None:
        """An instant after `now` before which time changes nothing about the facts as they are; None: it never does."""
        marks = self.in_question(request, seen).marks
        found = [at for at in _known_ends(seen) if now < at]
        context = seen.context(request, now, self._calendar.at(now)) if marks.solved else {}
        for comparison in marks.solved.values():
            found += [at for at in flips(comparison, context) if now < at]
        if marks.minutes or marks.is_weekly:
            found.append(self._next_minute(marks, now))
        if marks.odd:
            as_is = self._worlds(request, seen)[0]
            moving = tuple((edge, as_is) for edge in marks.odd if edge.clocks != {Clock.PROOF})
            found.append(next(Ahead(moving, self._calendar, now, tuple(found)).instants(now + DAY), now + DAY))
        return min(found, default=None)

    def _next_minute(self, marks: Marks, now: Instant) -> Instant:
        """The next of these minutes of the day, or midnight; or the change of the clock that comes before."""
        local = self._calendar.local(now)
        minute = local.hour * 60 + local.minute
        began = now - now % MINUTE
        ahead = [began + (one - minute) * MINUTE for one in marks.minutes if one > minute]
        following = min([*ahead, self._calendar.midnight_after(now)])
        is_steady = self._calendar.offset(now) == self._calendar.offset(following)
        return following if is_steady else self._clock_change(now, following)

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
        solved: dict[str, Sum] = {}
        odd: list[Edge] = []
        is_weekly = False
        steady: list[str] = []
        for policy in policies:
            known = self._known.get(policy.id)
            if known is None:
                known = self._known[policy.id] = (reads_of(policy), marks_of(self._edges.get(policy.id, ())))
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

        def value(world: Seen, node: Expression, at: Instant) -> object:
            try:
                return evaluate(node, world.asked(request, at, self._calendar))
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
    """When a grant ends, and the app's onboarding: from that instant on the answer may be another."""
    ends = [grant.until for grant in seen.facts.grants]
    return [*ends, seen.facts.app.onboarding_until] if seen.facts.app.onboarding_until else ends
