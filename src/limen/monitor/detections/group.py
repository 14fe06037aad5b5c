"""The rules that look at events of one log source: compiled when the first such event comes, timed while they run."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from limen.monitor.detections.closures import Test, closure
from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.prefilter import Prefilter
from limen.monitor.detections.rule import Rule

TIMED: Final = 61
"""Of so many events one is timed, rule by rule."""
ENOUGH: Final = 200
"""Before so many were timed, nothing is said of what a rule costs."""
MOST_NS: Final = 2_000_000
"""One look counts as no longer than this: the machine may have done something else meanwhile."""
_LOG: Final = logging.getLogger(__name__)


class Group:
    """Rules with one log source, and about what each costs of an event."""

    def __init__(self, rules: Sequence[Rule], *, has_prefilter: bool) -> None:
        self._rules = rules
        self._has_prefilter = has_prefilter
        self._tests: list[Test] = []
        self._prefilter: Prefilter | None = None
        self._seen = 0
        self._spent_ns = [0] * len(rules)

    def find(self, view: EventView, found: list[Rule], failed: list[tuple[Rule, Exception]]) -> None:
        """Add the rules that the event meets to `found`, and those that can't be looked at to `failed`."""
        if not self._tests:
            self._compile()
        self._seen += 1
        is_timed = self._seen % TIMED == 0
        for index in self._candidates(view):
            began = time.perf_counter_ns() if is_timed else 0
            try:
                if self._tests[index](view):
                    found.append(self._rules[index])
            except Exception as error:  # noqa: BLE001 -- one broken rule must not silence the others
                failed.append((self._rules[index], error))
            if is_timed:
                self._spent_ns[index] += min(time.perf_counter_ns() - began, MOST_NS)

    def _compile(self) -> None:
        self._tests = [_compiled(rule) for rule in self._rules]
        try:
            self._prefilter = Prefilter(self._rules) if self._has_prefilter else None
        except Exception as error:  # noqa: BLE001 -- slower, and none is silent
            _LOG.error("%s rules are looked at one by one: %s", len(self._rules), type(error).__name__)

    def _candidates(self, view: EventView) -> Iterable[int]:
        """The rules that this event could meet: all, in doubt."""
        try:
            return range(len(self._rules)) if self._prefilter is None else self._prefilter.candidates(view)
        except Exception as error:  # noqa: BLE001 -- slower, and none is silent
            _LOG.error("%s rules are looked at one by one: %s", len(self._rules), type(error).__name__)
            return range(len(self._rules))

    def slow(self) -> Iterator[tuple[Rule, int]]:
        """The rules above their budget, with what each costs of an event on average, in microseconds."""
        timed = self._seen // TIMED
        for rule, spent in zip(self._rules, self._spent_ns, strict=True) if timed >= ENOUGH else ():
            microseconds = spent // timed // 1_000
            if microseconds > rule.about.budget_us:
                yield rule, microseconds


def _compiled(rule: Rule) -> Test:
    """Its test; where it can't be made, one that fails at each event, and so is told of."""
    try:
        return closure(rule.node)
    except Exception as error:  # noqa: BLE001 -- one broken rule must not silence the others
        why = error

    def fails(_view: EventView) -> bool:
        raise why

    return fails
