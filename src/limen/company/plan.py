"""What a candidate would change, before anybody lives with it: what is different, its tests, and the real requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from limen.clock import Instant
from limen.company.changes import Change, changes
from limen.company.company import Company
from limen.company.load import failing_tests
from limen.company.problem import Problem
from limen.company.rehearsal import WINDOW, Rehearsal, Turn, rehearse
from limen.storage.journal.reader import Reader
from limen.storage.journal.recorded import Recorded, recorded

MOST_KEPT = 200
"""How many turned groups of requests stay beside a revision; the sums count all of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing would do. `rehearsal` is None where nothing was in force, or no journal is there to replay.

    `before` is the id of the revision it was compared with ("": none), which `publish` takes as `expected`.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    tests: int
    failing: tuple[Problem, ...]
    rehearsal: Rehearsal | None = None

    @property
    def changes_nothing(self) -> bool:
        return self.before == self.after

    @property
    def is_publishable(self) -> bool:
        """Whether the gate would let it through as things stand."""
        return not self.failing

    @property
    def effect(self) -> dict[str, Any]:
        """What was foretold, as plain JSON with people by their opaque ids: what is kept beside the revision."""
        found = self.rehearsal
        if found is None:
            return {}
        return {
            "since": found.since,
            "until": found.until,
            "replayed": found.replayed,
            "left_out": found.left_out,
            "unknown": found.unknown,
            "differences": found.differences,
            "turns": {turn.name.lower(): sum(one.count for one in found.of(turn)) for turn in Turn if found.of(turn)},
            "turned": [
                {
                    "turn": one.turn.name.lower(),
                    "person": one.person,
                    "app": one.app,
                    "action": one.action,
                    "count": one.count,
                    "because": list(one.because),
                    "examples": list(one.examples),
                }
                for one in found.turned[:MOST_KEPT]
            ],
            "not_replayed": list(found.not_replayed),
        }


def plan(
    before: Company | None,
    after: Company,
    decisions: Iterable[Recorded] | None = None,
    *,
    since: Instant = 0,
    until: Instant = 0,
) -> Plan:
    """What `after` would change of `before` (None: nothing was published yet); it publishes nothing and raises nothing.

    `decisions` of the last days are replayed where they are given; `past` reads them from a journal.
    """
    rehearsal = None
    if before is not None and decisions is not None:
        rehearsal = rehearse(before, after, decisions, since=since, until=until)
    return Plan(
        before=before.revision if before else "",
        after=after.revision,
        changes=changes(before, after),
        tests=len(after.tests),
        failing=failing_tests(after),
        rehearsal=rehearsal,
    )


def foretell(before: Company | None, after: Company, reader: Reader, now: Instant, progress: Any = None) -> Plan:
    """`plan` with the decisions of the last 30 days from a journal; `progress` hears the part that was read, 0 to 1."""
    since = now - WINDOW
    return plan(before, after, recorded(reader, since, progress), since=since, until=now)
