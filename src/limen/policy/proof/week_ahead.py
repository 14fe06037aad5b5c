"""Proves that no lock-out begins within a week: at every instant of it somebody gets in, then or within a week after.

`lockout.prove` looks at one instant. Policies that name a date, as in `context.now < datetime("2026-12-01")`, may let
everybody in today and nobody from then on. This goes through the week in the longest steps there are: from a time at
which somebody gets in to the latest one within a week of it, until the week is over. Policies that say the same next
week as this week, as most do, take one step.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from limen.clock import Instant
from limen.facts import App
from limen.policy.engine import Engine
from limen.policy.proof.lockout import (
    HORIZON,
    LASTING,
    MOST_INSTANTS,
    Attainable,
    Candidate,
    LockedOut,
    Proof,
    Search,
    search_of,
)

_A_GROUP: Final = 20
"""So many instants are tried between two reports of the progress."""


def prove_week(
    engine: Engine,
    limen: App,
    people: Iterable[Candidate],
    now: Instant,
    attainable: Attainable | None = None,
    progress: Callable[[float], object] | None = None,
) -> Proof | LockedOut:
    """Who gets in first, as `prove` says; or the lock-out that is there or begins within a week, and when it begins.

    `progress` hears the part of the search that is done, 0 to 1.
    """
    search = search_of(engine, limen, people, now, attainable)
    first = search if isinstance(search, LockedOut) else search.prove()
    if isinstance(search, LockedOut) or isinstance(first, LockedOut):
        return first if isinstance(first, LockedOut) else search  # type: ignore[return-value]
    told = progress or (lambda _: None)
    reached = first.at
    while reached < now + HORIZON:
        ahead = search.at(reached)
        found = ahead.find(_told(_latest_first(ahead), told, (reached - now) / HORIZON))
        if found is None:
            return ahead.locked_out(_end(ahead, reached))
        reached = found.at
    return first


def _latest_first(search: Search) -> list[Instant]:
    """The instants within a week after `search.now` at which somebody could get in for the last time, the latest first.

    Between two turns the answers stay the same, so that is at the end, at a turn, or just long enough before one. Of
    many the latest come first, then some of the rest, evenly, then all.
    """
    start, end = search.now + 1, search.now + HORIZON
    turns = search.turns[bisect_left(search.turns, start) : bisect_right(search.turns, end + LASTING + 1)]
    instants = {end, *turns, *(one - LASTING - 1 for one in turns)}
    latest = sorted((one for one in instants if start <= one <= end), reverse=True)
    near, far = latest[: MOST_INSTANTS // 2], latest[MOST_INSTANTS // 2 :]
    step = max(1, -(-len(far) // (MOST_INSTANTS // 2)))
    return near + far[::step] + [one for place, one in enumerate(far) if place % step]


def _told(instants: list[Instant], told: Callable[[float], object], begun: float) -> Iterator[list[Instant]]:
    """The instants in groups, each told before it is tried."""
    for place in range(0, len(instants), _A_GROUP):
        told(begun + (1 - begun) * place / len(instants))
        yield instants[place : place + _A_GROUP]


def _end(search: Search, reached: Instant) -> Instant:
    """When it ends that somebody gets in, who did at `reached` and for `LASTING` after it, and nobody later."""
    place = bisect_right(search.turns, reached + LASTING)
    return search.turns[place] if place < len(search.turns) else reached + LASTING
