"""What would turn a refusal: the smallest sets of what a person can change, found by asking the policies again.

Never by annotations, which could lie: each set is named only after the policies, under the facts as they would be,
permitted, and after they refused without each of its members. Two bounds keep it within a millisecond: only changes of
what the policies in question read are tried, and where everything together does not turn the answer, no pair of them
is looked at (facts form an order, and a policy that a better fact closes is refused by `limen check`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice, product
from typing import Final

from limen.cedar import Compiled, Entity, EntityUid, Evaluation
from limen.clock import Instant
from limen.facts import Facts
from limen.policy.cedar_view import ACTION_ENTITIES, Calendar, CedarView
from limen.policy.decision import Remedies, Remedy, Request
from limen.policy.remedies.candidate_changes import Best, candidate_changes_of
from limen.policy.remedies.next_change import InQuestion, NextChange

SIGN_IN: Final = (Remedy("sign_in", at_once=True),)
"""The remedy of everybody who is not signed in. Who they will be is not known, so neither is what they may do."""
MOST_SETS: Final = 6
"""How many alternatives are named."""
MOST_TOPS: Final = 18
"""How many ways of changing everything are tried, where a policy names several networks or countries."""
LATER: Final = 40
"""What it asks of people to come back later."""
ADMINISTRATORS: Final = "administrators"
"""The group of those who write the policies."""


def remedies(
    compiled: Compiled,
    next_change: NextChange,
    calendar: Calendar,
    request: Request,
    seen: CedarView,
    now: Instant,
    *,
    may_ask_for_grant: bool = True,
) -> Remedies:
    """The sets that turn the refusal of `request` at `now`, the cheapest first; () where nothing a person does would.

    The person is signed in and active, and no policy failed.
    """
    about = next_change.in_question(request, seen)
    if not about.permits:
        return ()
    search = _Search(compiled, calendar, request, seen, now, about, may_ask_for_grant=may_ask_for_grant)
    found = search.now_sets()
    later = search.later_sets(lambda: next_change.coming(about, request, seen, now), is_last_hope=not found)
    sets = [(search.cost(mask), search.named(mask)) for mask in found]
    sets += [(LATER + search.cost(mask), (_back(at), *search.named(mask))) for at, mask in later]
    cheapest: dict[object, tuple[Remedy, ...]] = {}
    for _, named in sorted(sets, key=lambda one: one[0]):
        cheapest.setdefault(_but_for_firmness(named), named)
    return tuple(islice(cheapest.values(), MOST_SETS))


def _but_for_firmness(named: tuple[Remedy, ...]) -> tuple[tuple[str, str, str], ...]:
    """Sets that differ in how firmly something is done are one: where less is enough, more is not named as well."""
    return tuple([(one.kind, one.what, one.to) for one in named])


def _back(at: Instant) -> Remedy:
    return Remedy("come_back", at_once=False, at=at)


def opens_at(named: Remedies) -> Instant:
    """The instant at which waiting, and at most a proof given then, turns the answer; 0 where it never does."""
    for one_set in named:
        back = [one.at for one in one_set if one.kind == "come_back"]
        if back and all(one.at_once for one in one_set if one.kind != "come_back"):
            return back[0]
    return 0


def who_can(facts: Facts) -> tuple[str, ...]:
    """The groups to ask where nobody can help themselves: whose app it is, then those who write the policies."""
    return tuple(dict.fromkeys([one for one in (facts.app.owner, ADMINISTRATORS) if one]))


class _Search:
    """Asks the policies about sets of moves. A set is a bit mask; no answer is looked for twice."""

    def __init__(
        self,
        compiled: Compiled,
        calendar: Calendar,
        request: Request,
        seen: CedarView,
        now: Instant,
        about: InQuestion,
        *,
        may_ask_for_grant: bool,
    ) -> None:
        self._asking = compiled.asking(seen.principal, ACTION_ENTITIES[request.action], seen.resource)
        self._calendar = calendar
        self._request = request
        self._seen = seen
        self._now = now
        self._about = about
        moves = candidate_changes_of(about.reads, seen.facts, request.action, now)
        self._moves = tuple(one for one in moves if may_ask_for_grant or one.remedy.kind != "ask_for_grant")
        self._answers: dict[tuple[int, Instant], Evaluation] = {}
        self._possible = [number for number, move in enumerate(self._moves) if move.not_before <= now]

    def turns(self, mask: int, at: Instant) -> bool:
        """Whether the policies permit at `at` once these moves were made then."""
        permits, forbids, errors = self._said(mask, at)
        return bool(permits) and not forbids and not errors

    def now_sets(self) -> list[int]:
        """The smallest sets that turn the answer now."""
        now = self._now
        found = [1 << number for number in self._possible if self.turns(1 << number, now)]
        rest = [number for number in self._possible if 1 << number not in found]
        tops = [top for top in self._tops(rest) if self.turns(top, now)]
        if not tops:
            return found
        pairs = []
        for one, other in combinations(rest, 2):
            mask = 1 << one | 1 << other
            if self._moves[one].slot != self._moves[other].slot and self.turns(mask, now):
                pairs.append(mask)
        found += pairs
        for top in () if pairs else tops:
            shrunk = self._shrink(top, now)
            if shrunk not in found:
                found.append(shrunk)
        return found

    def later_sets(self, coming: Callable[[], list[Instant]], *, is_last_hope: bool) -> Iterator[tuple[Instant, int]]:
        """The next instant at which the answer turns by itself.

        Or, where nothing turns it now, the next at which it turns after some changes, and the fewest of these.
        """
        is_hopeful = self._may_turn_by_waiting(0)
        tops = list(filter(self._may_turn_by_waiting, self._tops(range(len(self._moves))))) if is_last_hope else []
        instants = coming() if is_hopeful or tops else []
        for at in instants if is_hopeful else ():
            if self.turns(0, at):
                yield at, 0
                return
        for at in instants if tops else ():
            for top in tops:
                if self._can_be_made(top, at) and self.turns(top, at):
                    mask = self._shrink(top, at)
                    if not self.turns(mask, self._now):
                        yield at, mask
                        return

    def cost(self, mask: int) -> int:
        return sum(move.cost for number, move in enumerate(self._moves) if mask >> number & 1)

    def named(self, mask: int) -> tuple[Remedy, ...]:
        return tuple([move.remedy for number, move in enumerate(self._moves) if mask >> number & 1])

    def _said(self, mask: int, at: Instant) -> Evaluation:
        said = self._answers.get((mask, at))
        if said is None:
            context = self._seen.context(self._request, at, self._calendar.at(at))
            for number, move in enumerate(self._moves):
                if mask >> number & 1:
                    move.change(context, at)
            said = self._answers[mask, at] = self._asking.evaluate(context, _NO_OTHERS)
        return said

    def _may_turn_by_waiting(self, mask: int) -> bool:
        """Whether something that reads a clock stands in the way, of all that does once these moves are made."""
        if self._seen.facts.grants or self._seen.device_ends():
            return True  # their ends change what is known, without a clock that a policy reads
        permits, forbids, _ = self._said(mask, self._now)
        about = self._about
        is_proved = any(mask >> number & 1 for number, move in enumerate(self._moves) if move.slot == "proof")
        timely = about.timely_when_proved if is_proved else about.timely
        return timely.issuperset(forbids) and (bool(permits) or not timely.isdisjoint(about.permits))

    def _can_be_made(self, mask: int, at: Instant) -> bool:
        return all(move.not_before <= at for number, move in enumerate(self._moves) if mask >> number & 1)

    def _tops(self, numbers: Iterable[int]) -> Iterator[int]:
        """Everything that can be changed, changed at once: the best of each slot; of places each, and none."""
        slots: dict[str, list[int]] = {}
        best: dict[str, Best] = {}
        for number in numbers:
            move = self._moves[number]
            slots.setdefault(move.slot, []).append(1 << number)
            best[move.slot] = move.best
        for slot, options in slots.items():
            if best[slot] is Best.NONE:
                options.insert(0, 0)
            else:
                options[:] = options[-1:] if best[slot] is Best.LAST else options[:1]
        for chosen in islice(product(*slots.values()), MOST_TOPS):
            yield sum(chosen)

    def _shrink(self, mask: int, at: Instant) -> int:
        """A part of the set that still turns the answer, and would not without any one of its members.

        What costs most is given up first.
        """
        is_smaller = True
        while is_smaller:
            is_smaller = False
            for number in range(len(self._moves) - 1, -1, -1):
                if mask >> number & 1 and self.turns(mask & ~(1 << number), at):
                    mask &= ~(1 << number)
                    is_smaller = True
        return mask


_NO_OTHERS: Final[dict[EntityUid, Entity]] = {}
