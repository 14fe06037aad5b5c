"""What policies in state report-only would have done to the real requests of the last days, and whom they affect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from limen.storage.journal.past_decisions import PastDecision

MOST_EXAMPLES: Final = 3


@dataclass(slots=True)
class ReportOnlyEffect:
    """What one policy would have changed. `people` counts requests by opaque person id ("" is nobody signed in)."""

    policy: str
    requests: int = 0
    people: dict[str, int] = field(default_factory=dict)
    apps: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)


def report_only_effects(decisions: Iterable[PastDecision]) -> dict[str, ReportOnlyEffect]:
    """What each watched policy would have changed among `decisions`.

    They are counted as they were when each decision was made: a policy that was changed since has its old days among
    them. Facts are not needed.
    """
    found: dict[str, ReportOnlyEffect] = {}
    for one in decisions:
        for policy in one.watched:
            counted = found.get(policy)
            if counted is None:
                counted = found[policy] = ReportOnlyEffect(policy)
            counted.requests += one.count
            counted.people[one.actor] = counted.people.get(one.actor, 0) + one.count
            counted.apps[one.app] = counted.apps.get(one.app, 0) + one.count
            if len(counted.examples) < MOST_EXAMPLES:
                counted.examples.append(f"{one.id}-1")
    return found


def sentence(counted: ReportOnlyEffect | None, effect: str, days: int) -> str:
    """“would have refused 12 requests of 3 people in the last 30 days”. `effect` is the policy's: permit or forbid."""
    does = "refused" if effect == "forbid" else "permitted"
    if counted is None or not counted.requests:
        return f"would have {does} no requests in the last {days} days"
    people = len([person for person in counted.people if person])
    of = f"{people} {'person' if people == 1 else 'people'}" if people else "people not signed in"
    requests = f"{counted.requests} {'request' if counted.requests == 1 else 'requests'}"
    return f"would have {does} {requests} by {of} in the last {days} days"
