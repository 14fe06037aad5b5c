"""What time will change for one request: the policies in question, and the instants at which they may speak otherwise.

`NextChange.ahead` is exact however far ahead and whatever the policies compare the clock with, and takes its time.
`NextChange.coming` is for refusals, which must stay quick: hours, weekdays, dates and ages are solved and not searched
for; only what can't be solved is left to the exact way, and then no further than some hundred instants.
`NextChange.unchanged_until` is for what stays open: the next instant that might matter, and never one too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from limen.cedar import Entity, EvaluationError, Policy
from limen.cedar.interpret import evaluate
from limen.cedar.tree import Expression
from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.policy.cedar_view import ACTION_ENTITIES, Calendar, CedarView
from limen.policy.decision import Request
from limen.policy.documents import about
from limen.policy.remedies.candidate_changes import JUST_PROVED, Reads, all_reads, reads_of, strongest
from limen.policy.remedies.solved_times import SolvedTimes, flips, solved_times_of
from limen.policy.remedies.time_boundaries import Ahead, Clock, Moving, TimeBoundary, Value
from limen.policy.scenarios.linear_time import Sum

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

    __slots__ = ("boundaries", "permits", "reads", "solved_times", "timely", "timely_when_proved")

    def __init__(
        self,
        policies: Iterable[Policy],
        reads: Reads,
        boundaries: Mapping[str, tuple[TimeBoundary, ...]],
        solved_times: SolvedTimes,
        steady: Iterable[str],
    ) -> None:
        self.permits = frozenset([policy.id for policy in policies if policy.effect == "permit"])
        self.timely = frozenset(boundaries)
        self.timely_when_proved = self.timely.difference(steady)
        self.reads = reads
        self.boundaries = tuple([boundary for found in boundaries.values() for boundary in found])
        self.solved_times = solved_times


class NextChange:
    """The enforced policies of one engine, with the comparisons of each that read a clock."""

    def __init__(
        self, enforced: Iterable[Policy], boundaries: Mapping[str, tuple[TimeBoundary, ...]], calendar: Calendar
    ) -> None:
        self._enforced = tuple(enforced)
        self._boundaries = boundaries
        self._calendar = calendar
        self._about: dict[tuple[str, str], tuple[Policy, ...]] = {}
        self._known: dict[str, tuple[Reads, SolvedTimes]] = {}
        self._together: dict[tuple[str, ...], InQuestion] = {}

    def in_question(self, request: Request, seen: CedarView) -> InQuestion:
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

    def ahead(self, request: Request, seen: CedarView, now: Instant) -> Ahead:
        """Everything that time may change for this request, whatever the answer is now."""
        moving = dict.fromkeys(self._moving(request, seen, self.in_question(request, seen).boundaries))
        return Ahead(tuple(moving), self._calendar, now, (*_known_ends(seen), *proof_asked_anew(seen)))

    def coming(self, about: InQuestion, request: Request, seen: CedarView, now: Instant) -> list[Instant]:
        """Instants within `COME_BACK` at which the answer may change, ascending, the next `MOST_INSTANTS` of them."""
        end = now + COME_BACK
        found = {at for at in _known_ends(seen) if now < at <= end}
        solved_times = about.solved_times
        context = seen.context(request, now, self._calendar.at(now)) if solved_times.solved else {}
        for comparison in solved_times.solved.values():
            found |= {at for at in flips(comparison, context) if now < at <= end}
        if solved_times.minutes or solved_times.is_weekly:
            found |= {at for at in self._days(solved_times, now) if now < at <= end}
        if solved_times.odd:
            moving = dict.fromkeys(self._moving(request, seen, solved_times.odd))
            if len(moving) <= MOST_EDGES:
                ahead = Ahead(tuple(moving), self._calendar, now, tuple(found))
                found |= set(islice(ahead.instants(end), MOST_INSTANTS))
        return sorted(found)[:MOST_INSTANTS]

    def unchanged_until(self, request: Request, seen: CedarView, now: Instant) -> Instant | None:
        """An instant after `now` before which time changes nothing about the facts as they are; None: it never does."""
        solved_times = self.in_question(request, seen).solved_times
        found = [at for at in _known_ends(seen) if now < at]
        context = seen.context(request, now, self._calendar.at(now)) if solved_times.solved else {}
        for comparison in solved_times.solved.values():
            found += [at for at in flips(comparison, context) if now < at]
        if solved_times.minutes or solved_times.is_weekly:
            found.append(self._next_minute(solved_times, now))
        if solved_times.odd:
            as_is = self._worlds(request, seen)[0]
            moving = tuple((boundary, as_is) for boundary in solved_times.odd if boundary.clocks != {Clock.PROOF})
            found.append(next(Ahead(moving, self._calendar, now, tuple(found)).instants(now + DAY), now + DAY))
        return min(found, default=None)

    def _next_minute(self, solved_times: SolvedTimes, now: Instant) -> Instant:
        """The next of these minutes of the day, or midnight; or the change of the clock that comes before."""
        local = self._calendar.local(now)
        minute = local.hour * 60 + local.minute
        began = now - now % MINUTE
        ahead = [began + (one - minute) * MINUTE for one in solved_times.minutes if one > minute]
        following = min([*ahead, self._calendar.midnight_after(now)])
        is_steady = self._calendar.offset(now) == self._calendar.offset(following)
        return following if is_steady else self._clock_change(now, following)

    # The policies in question

    def _policies_about(self, request: Request, seen: CedarView) -> tuple[Policy, ...]:
        if seen.facts.document is not None:  # there are too many of them to remember each
            return self._speaking(request, seen.resource)
        key = (request.action, seen.resource.uid.id)
        found = self._about.get(key)
        if found is None:
            if len(self._about) >= REMEMBERED:
                self._about.clear()
            found = self._about[key] = self._speaking(request, seen.resource)
        return found

    def _speaking(self, request: Request, resource: Entity) -> tuple[Policy, ...]:
        action = ACTION_ENTITIES.get(request.action)
        if action is None:
            return ()
        return tuple(
            [
                policy
                for policy in self._enforced
                for asked in [about(policy, resource)]
                if policy.action.holds(action.uid, action.ancestors)
                and policy.resource.holds(asked.uid, asked.ancestors)
            ]
        )

    def _put_together(self, policies: list[Policy]) -> InQuestion:
        reads: list[Reads] = []
        minutes: set[int] = set()
        solved: dict[str, Sum] = {}
        odd: list[TimeBoundary] = []
        is_weekly = False
        steady: list[str] = []
        for policy in policies:
            known = self._known.get(policy.id)
            if known is None:
                times = solved_times_of(self._boundaries.get(policy.id, ()))
                known = self._known[policy.id] = (reads_of(policy), times)
            reads.append(known[0])
            solved_times = known[1]
            minutes |= solved_times.minutes
            is_weekly = is_weekly or solved_times.is_weekly
            solved.update(solved_times.solved)
            odd += solved_times.odd
            if solved_times.is_steady:
                steady.append(policy.id)
        boundaries = {policy.id: self._boundaries[policy.id] for policy in policies if policy.id in self._boundaries}
        solved_times = SolvedTimes(frozenset(minutes), is_weekly, solved, tuple(odd))
        return InQuestion(policies, all_reads(reads), boundaries, solved_times, steady)

    # Exactly, and slowly

    def _moving(self, request: Request, seen: CedarView, boundaries: Iterable[TimeBoundary]) -> Iterator[Moving]:
        as_is, proved = self._worlds(request, seen)
        for boundary in boundaries:
            if boundary.clocks != {Clock.PROOF}:
                yield boundary, as_is
            if Clock.PROOF in boundary.clocks and seen.facts.person.id:
                yield boundary, proved

    def _worlds(self, request: Request, seen: CedarView) -> tuple[Value, Value]:
        """How to evaluate an expression at an instant: under the facts as they are, and after a proof given then."""

        def value(world: CedarView, node: Expression, at: Instant) -> object:
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

    def _days(self, solved_times: SolvedTimes, now: Instant) -> Iterator[Instant]:
        """The minutes of the coming days, and their midnights."""
        local = self._calendar.local(now)
        midnight = _instant(local, 0, 0)
        for day in range(COME_BACK // DAY + 1):
            following = self._calendar.midnight_after(midnight)
            yield following
            if following - midnight == DAY:
                yield from [midnight + minute * MINUTE for minute in solved_times.minutes]
            else:  # the clock changes on this day: a minute may come twice, or the change itself may skip it
                yield self._clock_change(midnight, following)
                for minute in solved_times.minutes:
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


def proof_asked_anew(seen: CedarView) -> list[Instant]:
    """From when on a proof may be asked for anew, which may turn a refusal into a challenge, and permits nothing."""
    auth = seen.facts.auth
    return [auth.at + JUST_PROVED] if seen.facts.person.id and auth.strength else []


def _known_ends(seen: CedarView) -> list[Instant]:
    """When a grant ends, the app's onboarding, and what a device reported: from then on the answer may be another."""
    grants = [grant.until for grant in seen.facts.grants]
    onboarding = seen.facts.app.onboarding_until
    return [*grants, *seen.device_ends(), *([onboarding] if onboarding else [])]
